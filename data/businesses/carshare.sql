CREATE TEMP MACRO h(i, salt, n) AS (hash(i::BIGINT * 7919 + salt) % n)::INT;

CREATE TABLE cities (
  city_code VARCHAR PRIMARY KEY,
  name VARCHAR NOT NULL,
  country VARCHAR NOT NULL,
  launched_on DATE
);
COMMENT ON COLUMN cities.launched_on IS 'Day the service went live in the city; empty while the city is only planned';
INSERT INTO cities VALUES
 ('LYO','Lyon','France','2019-04-08'),
 ('GRE','Grenoble','France','2021-09-20'),
 ('BSL','Basel','Switzerland','2020-03-02'),
 ('FRB','Freiburg','Germany','2020-06-15'),
 ('TRN','Turin','Italy','2022-10-03'),
 ('STR','Strasbourg','France','2023-05-22'),
 ('ANN','Annecy','France',NULL),
 ('KLS','Karlsruhe','Germany',NULL);

CREATE TABLE stations (
  station_id INTEGER PRIMARY KEY,
  name VARCHAR NOT NULL,
  city_code VARCHAR NOT NULL REFERENCES cities(city_code),
  bays INTEGER NOT NULL,
  charging_points INTEGER NOT NULL,
  opened_on DATE NOT NULL,
  closed_on DATE
);
COMMENT ON TABLE stations IS 'Fixed parking places where cars are picked up and handed back';
COMMENT ON COLUMN stations.bays IS 'Parking bays reserved for our cars';
COMMENT ON COLUMN stations.closed_on IS 'Empty while the station is in use';
INSERT INTO stations VALUES
 (1,'Gare Part-Dieu','LYO',8,4,'2019-04-08',NULL),
 (2,'Place Bellecour','LYO',5,2,'2019-04-08',NULL),
 (3,'Confluence','LYO',6,6,'2020-02-17',NULL),
 (4,'Croix-Rousse','LYO',3,0,'2021-05-10','2024-11-30'),
 (5,'Gare de Grenoble','GRE',5,2,'2021-09-20',NULL),
 (6,'Victor Hugo','GRE',3,0,'2021-09-20',NULL),
 (7,'Bahnhof SBB','BSL',7,4,'2020-03-02',NULL),
 (8,'Messeplatz','BSL',4,2,'2020-03-02',NULL),
 (9,'Dreispitz','BSL',3,3,'2022-08-01',NULL),
 (10,'Freiburg Hauptbahnhof','FRB',6,3,'2020-06-15',NULL),
 (11,'Vauban','FRB',4,4,'2020-06-15',NULL),
 (12,'Wiehre','FRB',2,0,'2023-03-06',NULL),
 (13,'Porta Nuova','TRN',6,2,'2022-10-03',NULL),
 (14,'Lingotto','TRN',4,2,'2022-10-03',NULL),
 (15,'Gran Madre','TRN',2,0,'2023-06-12','2025-02-28'),
 (16,'Gare de Strasbourg','STR',5,3,'2023-05-22',NULL),
 (17,'Neudorf','STR',3,1,'2024-01-15',NULL),
 (18,'Esplanade','STR',3,2,'2025-06-02',NULL);

CREATE TABLE tariffs (
  tariff_code VARCHAR PRIMARY KEY,
  name VARCHAR NOT NULL,
  monthly_fee DECIMAL(6,2) NOT NULL,
  hourly_rate DECIMAL(6,2) NOT NULL,
  km_rate DECIMAL(6,2) NOT NULL
);
INSERT INTO tariffs VALUES
 ('OCC','Occasional',0,5.50,0.42),
 ('REG','Regular',9.90,4.20,0.34),
 ('PRO','Business',29.00,3.60,0.29),
 ('STU','Student',3.50,4.60,0.36),
 ('SEN','Senior',4.00,4.60,0.35);

CREATE TABLE members (
  member_id INTEGER PRIMARY KEY,
  first_name VARCHAR NOT NULL,
  last_name VARCHAR NOT NULL,
  email VARCHAR,
  birth_date DATE,
  city_code VARCHAR REFERENCES cities(city_code),
  tariff_code VARCHAR NOT NULL REFERENCES tariffs(tariff_code),
  joined_on DATE NOT NULL,
  cancelled_on DATE,
  referred_by INTEGER
);
COMMENT ON COLUMN members.city_code IS 'City of residence';
COMMENT ON COLUMN members.cancelled_on IS 'Day the membership ended; empty = active member';
COMMENT ON COLUMN members.referred_by IS 'member_id of the existing member who brought this one in, if any';
INSERT INTO members VALUES
 (1,'Camille','Perrin','camille.perrin@laposte.net','1984-02-11','LYO','REG','2021-03-14',NULL,NULL),
 (2,'Julien','Morel','j.morel@gmail.com','1991-07-30','LYO','OCC','2022-01-09',NULL,1),
 (3,'Amandine','Roche','amandine.roche@orange.fr','1999-12-02','LYO','STU','2022-10-01','2024-09-30',1),
 (4,'Thomas','Giraud','thomas@giraud-archi.fr','1976-05-19','LYO','PRO','2020-11-23',NULL,NULL),
 (5,'Nadia','Benali','nadia.benali@gmail.com','1988-09-08','LYO','REG','2023-02-06',NULL,4),
 (6,'Paul','Fontaine','PFontaine@Orange.fr','1955-01-27','LYO','SEN','2021-06-30',NULL,NULL),
 (7,'Inès','Marchand','ines.marchand@gmail.com','2002-04-15','LYO','STU','2023-09-11',NULL,5),
 (8,'Hugo','Leclerc',NULL,'1995-10-21','LYO','OCC','2023-06-18',NULL,2),
 (9,'Sylvie','Bonnet','sylvie.bonnet@laposte.net','1961-08-03','GRE','SEN','2022-04-04',NULL,6),
 (10,'Maxime','Durand','maxime.durand@gmail.com','1993-03-26','GRE','REG','2022-02-17',NULL,NULL),
 (11,'Léa','Fournier','lea.fournier@etu-grenoble.fr','2001-11-09','GRE','STU','2022-11-28','2025-01-31',10),
 (12,'Karim','Haddad','karim@haddad-conseil.fr','1980-06-14','GRE','PRO','2023-01-16',NULL,4),
 (13,'Chloé','Martin','chloe.martin@gmail.com','1997-01-05','GRE','OCC','2024-03-22',NULL,10),
 (14,'Reto','Baumann','reto.baumann@bluewin.ch','1972-12-18','BSL','REG','2020-05-05',NULL,NULL),
 (15,'Simone','Keller','simone.keller@bluewin.ch','1986-04-28','BSL','REG','2021-08-16',NULL,14),
 (16,'Lukas','Meier','lukas.meier@gmail.com','1990-08-12','BSL','OCC','2022-07-07','2023-12-15',14),
 (17,'Andrea','Frei','andrea.frei@sunrise.ch',NULL,'BSL','PRO','2020-09-29',NULL,NULL),
 (18,'Nina','Widmer','nina.widmer@gmail.com','2000-05-31','BSL','STU','2023-10-02',NULL,15),
 (19,'Urs','Brunner',NULL,'1952-03-09','BSL','SEN','2021-02-01',NULL,14),
 (20,'Elena','Rossi','elena.rossi@libero.it','1994-06-22','BSL','REG','2024-05-13',NULL,NULL),
 (21,'Markus','Weber','m.weber@gmx.de','1979-10-10','FRB','REG','2020-07-01',NULL,NULL),
 (22,'Katharina','Vogel','k.vogel@web.de','1987-02-24','FRB','REG','2021-01-20',NULL,21),
 (23,'Jonas','Schäfer','jonas.schaefer@GMX.de','1998-07-17','FRB','STU','2022-10-10',NULL,22),
 (24,'Birgit','Hoffmann','birgit.hoffmann@t-online.de','1958-11-25','FRB','SEN','2020-08-12','2024-06-30',21),
 (25,'Tobias','Lang','tobias@lang-solar.de','1982-01-13','FRB','PRO','2022-03-03',NULL,21),
 (26,'Marie','Martin','marie.martin@gmx.de','1992-09-29','FRB','OCC','2023-04-19',NULL,NULL),
 (27,'Felix','Weber','felix.weber@web.de','2003-02-07','FRB','STU','2024-10-07',NULL,23),
 (28,'Giulia','Ferraro','giulia.ferraro@libero.it','1989-05-16','TRN','REG','2022-10-05',NULL,NULL),
 (29,'Marco','Conti','marco.conti@gmail.com','1974-08-20','TRN','PRO','2022-12-12',NULL,28),
 (30,'Alessia','Greco','alessia.greco@studenti.polito.it','2001-03-03','TRN','STU','2023-03-27',NULL,28),
 (31,'Davide','Bruno','davide.bruno@libero.it','1996-12-30','TRN','OCC','2023-01-30','2024-02-29',29),
 (32,'Paola','Villa','paola.villa@gmail.com','1963-07-11','TRN','SEN','2023-05-08',NULL,NULL),
 (33,'Stefano','Riva','srvia@libero.it','1985-10-02','TRN','REG','2024-01-11',NULL,29),
 (34,'Claire','Muller','claire.muller@orange.fr','1983-03-18','STR','REG','2023-05-22',NULL,NULL),
 (35,'Antoine','Schmitt','antoine.schmitt@gmail.com','1990-11-14','STR','OCC','2023-06-05',NULL,34),
 (36,'Manon','Klein','manon.klein@unistra.fr','2002-08-26','STR','STU','2023-09-18',NULL,34),
 (37,'Pierre','Weber','pierre.weber@gmail.com','1969-04-07','STR','PRO','2023-08-01',NULL,NULL),
 (38,'Fatima','El Amrani','fatima.elamrani@gmail.com','1978-06-01','STR','REG','2024-02-26',NULL,34),
 (39,'Benoît','Lambert','benoit.lambert@free.fr','1998-10-19','ANN','OCC','2024-08-15',NULL,5),
 (40,'Sabine','Kraus','sabine.kraus@web.de','1981-12-05',NULL,'OCC','2024-04-30',NULL,NULL),
 (41,'Olivier','Perrin','olivier.perrin@free.fr','1986-09-23','LYO','REG','2025-01-07',NULL,1),
 (42,'Jana','Novak','jana.novak@gmail.com','1995-02-02','LYO','OCC','2025-06-12',NULL,NULL),
 (43,'Werner','Huber','werner.huber@bluewin.ch','1949-06-16','BSL','SEN','2025-03-03',NULL,19),
 (44,'Laura','Bianchi','laura.bianchi@libero.it','1993-11-28','TRN','OCC','2025-06-20',NULL,28);

CREATE TABLE models (
  model_id INTEGER PRIMARY KEY,
  make VARCHAR NOT NULL,
  model_name VARCHAR NOT NULL,
  segment VARCHAR NOT NULL,
  powertrain VARCHAR NOT NULL,
  seats INTEGER NOT NULL,
  range_km INTEGER
);
COMMENT ON COLUMN models.powertrain IS 'BEV = battery electric, HEV = hybrid, ICE = combustion engine';
COMMENT ON COLUMN models.range_km IS 'Rated range on one charge, electric models only';
INSERT INTO models VALUES
 (1,'Renault','Zoe','small','BEV',5,390),
 (2,'Renault','Clio','small','HEV',5,NULL),
 (3,'Renault','Kangoo','van','ICE',5,NULL),
 (4,'Fiat','500e','city','BEV',4,320),
 (5,'Toyota','Yaris','small','HEV',5,NULL),
 (6,'Volkswagen','ID.3','compact','BEV',5,425),
 (7,'Volkswagen','Transporter','van','ICE',9,NULL),
 (8,'Toyota','Proace City','van','BEV',7,285),
 (9,'Skoda','Octavia','estate','ICE',5,NULL),
 (10,'Dacia','Spring','city','BEV',4,230);

CREATE TABLE vehicles (
  vehicle_id INTEGER PRIMARY KEY,
  plate VARCHAR NOT NULL UNIQUE,
  model_id INTEGER NOT NULL REFERENCES models(model_id),
  home_station_id INTEGER REFERENCES stations(station_id),
  commissioned_on DATE NOT NULL,
  retired_on DATE,
  purchase_price DECIMAL(9,2)
);
COMMENT ON COLUMN vehicles.home_station_id IS 'Station the car belongs to';
COMMENT ON COLUMN vehicles.purchase_price IS 'EUR, empty for leased cars';
INSERT INTO vehicles VALUES
 (1,'GA-114-KL',1,1,'2021-02-10',NULL,24900),
 (2,'GA-115-KL',1,3,'2021-02-10',NULL,24900),
 (3,'FX-802-BT',2,2,'2020-09-01','2024-08-31',18750),
 (4,'GH-377-RM',3,1,'2021-11-15',NULL,21300),
 (5,'GR-560-DE',6,3,'2023-01-09',NULL,38200),
 (6,'GS-041-TT',10,4,'2023-04-03',NULL,17400),
 (7,'GC-219-PA',1,5,'2021-09-20',NULL,25200),
 (8,'GC-220-PA',2,6,'2021-09-20','2025-03-31',18900),
 (9,'GW-733-ZN',8,5,'2024-02-12',NULL,NULL),
 (10,'BS 51204',5,7,'2020-03-02',NULL,21800),
 (11,'BS 51377',6,8,'2021-06-14',NULL,37500),
 (12,'BS 60912',9,7,'2022-08-01',NULL,29900),
 (13,'BS 61040',4,9,'2022-08-01',NULL,26400),
 (14,'FR-CS 101',5,10,'2020-06-15','2023-10-31',20600),
 (15,'FR-CS 102E',6,11,'2021-04-19',NULL,36900),
 (16,'FR-CS 103',7,10,'2021-04-19',NULL,41750),
 (17,'FR-CS 104E',6,12,'2023-03-06',NULL,NULL),
 (18,'GK 482 VB',4,13,'2022-10-03',NULL,25900),
 (19,'GK 483 VB',4,14,'2022-10-03',NULL,25900),
 (20,'GL 907 XD',5,13,'2022-10-03',NULL,22150),
 (21,'GN 155 HF',10,15,'2023-06-12',NULL,17100),
 (22,'GT-612-QS',1,16,'2023-05-22',NULL,26100),
 (23,'GT-613-QS',2,16,'2023-05-22',NULL,NULL),
 (24,'GX-090-WB',8,17,'2024-01-15',NULL,33800),
 (25,'HB-377-AA',6,NULL,'2025-06-16',NULL,39100),
 (26,'HB-378-AA',10,18,'2025-06-23',NULL,NULL);

CREATE TABLE features (feature_id INTEGER PRIMARY KEY, label VARCHAR NOT NULL);
INSERT INTO features VALUES (1,'Child seat'),(2,'Roof rack'),(3,'Bike carrier'),(4,'Tow bar'),(5,'Automatic gearbox'),(6,'Wheelchair ramp'),(7,'Ski box');

CREATE TABLE vehicle_features (
  vehicle_id INTEGER REFERENCES vehicles(vehicle_id),
  feature_id INTEGER REFERENCES features(feature_id),
  fitted_on DATE,
  PRIMARY KEY (vehicle_id, feature_id)
);
INSERT INTO vehicle_features VALUES
 (1,1,'2021-03-01'),(1,5,NULL),(2,5,NULL),(3,1,'2021-05-20'),(4,2,'2021-12-01'),(4,4,'2022-04-11'),(5,1,'2023-01-09'),(5,3,'2023-06-19'),(5,5,NULL),
 (6,5,NULL),(7,5,NULL),(7,2,'2022-12-02'),(8,2,'2021-12-10'),(9,1,'2024-02-12'),(9,2,'2024-11-29'),(9,3,'2024-05-02'),(10,1,'2021-01-15'),(10,5,NULL),
 (11,5,NULL),(12,4,'2022-08-01'),(12,2,'2022-12-09'),(12,1,'2022-08-01'),(13,5,NULL),(15,5,NULL),(15,1,'2021-04-19'),(16,4,'2021-04-19'),(16,2,'2021-04-19'),
 (17,5,NULL),(18,5,NULL),(19,5,NULL),(20,5,NULL),(20,1,'2023-03-14'),(22,5,NULL),(22,3,'2024-04-08'),(24,1,'2024-01-15'),(24,3,'2024-04-08'),(25,5,NULL);

CREATE TABLE trips (
  trip_id INTEGER PRIMARY KEY,
  member_id INTEGER NOT NULL REFERENCES members(member_id),
  vehicle_id INTEGER NOT NULL REFERENCES vehicles(vehicle_id),
  pickup_station_id INTEGER NOT NULL REFERENCES stations(station_id),
  dropoff_station_id INTEGER REFERENCES stations(station_id),
  started_at TIMESTAMP NOT NULL,
  ended_at TIMESTAMP,
  distance_km DECIMAL(7,1),
  charge DECIMAL(8,2),
  rating INTEGER,
  status VARCHAR NOT NULL
);
COMMENT ON TABLE trips IS 'One row per booking of a car by a member';
COMMENT ON COLUMN trips.charge IS 'EUR billed to the member for time and distance';
COMMENT ON COLUMN trips.rating IS 'Stars (1 to 5) given by the member afterwards, optional';
COMMENT ON COLUMN trips.status IS 'completed or cancelled; cancelled bookings have no end, distance, charge or return station';
INSERT INTO trips
WITH cand AS (
  SELECT i, 1 + h(i, 1, 44) AS m0, h(i, 2, 1000) AS r,
         TIMESTAMP '2023-01-02 05:30:00' + to_days((i * 905 / 2600)::INT + h(i, 3, 4)) + to_minutes(5 * h(i, 4, 210)) AS s
  FROM generate_series(0, 2599) g(i)
), who AS (
  SELECT i, r, s, CASE WHEN r % 9 = 0 THEN 4 WHEN r % 11 = 0 THEN 21 WHEN r % 13 = 0 THEN 28 WHEN r % 17 = 0 THEN 15 ELSE m0 END AS member_id FROM cand
), car AS (
  SELECT w.*, m.tariff_code, l.vs[1 + h(i, 5, len(l.vs))] AS vehicle_id
  FROM who w JOIN members m USING (member_id)
  JOIN (SELECT city_code, list(vehicle_id ORDER BY vehicle_id) AS vs FROM vehicles JOIN stations ON home_station_id = station_id GROUP BY 1) l
    ON l.city_code = CASE WHEN m.city_code IS NULL OR r % 12 = 5 THEN ['LYO','BSL','FRB','TRN'][1 + h(i, 6, 4)] ELSE m.city_code END
  WHERE s >= m.joined_on AND (m.cancelled_on IS NULL OR s < m.cancelled_on) AND w.member_id NOT IN (37, 40)
), ok AS (
  SELECT c.*, v.home_station_id AS hs, st.city_code AS cc
  FROM car c JOIN vehicles v USING (vehicle_id) JOIN stations st ON st.station_id = v.home_station_id
  WHERE s >= v.commissioned_on AND (v.retired_on IS NULL OR s < v.retired_on) AND (st.closed_on IS NULL OR s < st.closed_on)
), st AS (
  SELECT o.*, CASE WHEN r % 7 = 3 THEN p.ss[1 + h(i, 7, len(p.ss))] ELSE hs END AS pu, CASE WHEN r % 5 = 2 THEN p.ss[1 + h(i, 8, len(p.ss))] ELSE hs END AS dr
  FROM ok o JOIN (SELECT city_code, list(station_id ORDER BY station_id) AS ss FROM stations WHERE closed_on IS NULL AND opened_on < DATE '2023-06-01' GROUP BY 1) p ON p.city_code = o.cc
  WHERE o.r % 6 <> 1 OR h(i, 15, 3) = 0
), fig AS (
  SELECT *, CASE WHEN h(i, 9, 20) = 0 THEN 1440 + 15 * h(i, 10, 160) ELSE 25 + 5 * h(i, 11, 70) END AS mins, h(i, 12, 15) = 0 AS cx FROM st
)
SELECT row_number() OVER (ORDER BY s, i), member_id, vehicle_id, pu, CASE WHEN NOT cx THEN dr END, s, CASE WHEN NOT cx THEN s + to_minutes(mins) END,
  CASE WHEN NOT cx THEN round(3 + mins * (0.08 + h(i, 13, 100) / 500.0), 1) END,
  CASE WHEN NOT cx THEN round(mins / 60.0 * t.hourly_rate + (3 + mins * (0.08 + h(i, 13, 100) / 500.0)) * t.km_rate, 2) END,
  CASE WHEN NOT cx AND h(i, 14, 100) < 62 THEN [5,4,5,3,4,5,2,4,1,5][1 + h(i, 16, 10)] END,
  CASE WHEN cx THEN 'cancelled' ELSE 'completed' END
FROM fig JOIN tariffs t USING (tariff_code);

CREATE TABLE incidents (
  incident_id INTEGER PRIMARY KEY,
  trip_id INTEGER NOT NULL REFERENCES trips(trip_id),
  category VARCHAR NOT NULL,
  reported_on DATE NOT NULL,
  resolved_on DATE,
  repair_cost DECIMAL(8,2),
  member_at_fault BOOLEAN
);
COMMENT ON COLUMN incidents.resolved_on IS 'Empty while the case is open';
COMMENT ON COLUMN incidents.member_at_fault IS 'NULL until liability is decided';
INSERT INTO incidents
SELECT row_number() OVER (ORDER BY started_at), trip_id,
  ['Scratch','Flat tyre','Scratch','Dirty interior','Collision','Dead battery','Parking fine','Dirty interior','Scratch'][1 + h(trip_id, 21, 9)],
  started_at::DATE + h(trip_id, 22, 4),
  CASE WHEN h(trip_id, 24, 7) > 0 AND started_at < DATE '2025-05-01' THEN started_at::DATE + 4 + h(trip_id, 23, 55) END,
  CASE WHEN h(trip_id, 25, 5) > 0 THEN 35 + h(trip_id, 26, 900) + 0.5 * h(trip_id, 27, 2) + CASE WHEN h(trip_id, 21, 9) = 4 THEN 1850 ELSE 0 END END,
  CASE WHEN h(trip_id, 28, 6) > 0 THEN h(trip_id, 29, 5) < 3 END
FROM trips WHERE status = 'completed' AND h(trip_id, 20, 100) < 9;
INSERT INTO incidents
SELECT 128 + row_number() OVER (ORDER BY trip_id), trip_id, 'Dirty interior', started_at::DATE + 1, started_at::DATE + 3 + h(trip_id, 31, 9), 40 + 5 * h(trip_id, 32, 9), true
FROM trips WHERE status = 'completed' AND h(trip_id, 20, 100) < 9 AND h(trip_id, 30, 7) = 0;
