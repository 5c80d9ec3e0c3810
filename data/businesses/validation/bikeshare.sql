CREATE TEMP MACRO r(i, s, n) AS (hash(i::BIGINT * 1000 + s) % n)::INTEGER;

CREATE TABLE districts (district_id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, hilly BOOLEAN);
INSERT INTO districts VALUES (1,'Altmarkt',false),(2,'Bahnhofsviertel',false),(3,'Schlossberg',true),(4,'Neustadt',false),(5,'Weinberg',true),(6,'Hafen',false),(7,'Südpark',false),(8,'Kaiserhöhe',true);

CREATE TABLE stations (
  station_id INTEGER PRIMARY KEY,
  name VARCHAR NOT NULL,
  district_id INTEGER REFERENCES districts(district_id),
  docks INTEGER,
  opened DATE,
  closed DATE
);
COMMENT ON COLUMN stations.closed IS 'NULL while the station is in use';
INSERT INTO stations VALUES
(1,'Rathaus',1,24,'2021-05-01',NULL),(2,'Markthalle',1,18,'2021-05-01',NULL),(3,'Hauptbahnhof Nord',2,40,'2021-05-01',NULL),(4,'Hauptbahnhof Süd',2,32,'2021-06-12',NULL),
(5,'Busterminal',2,16,'2022-03-20',NULL),(6,'Schlosspark',3,14,'2021-07-03',NULL),(7,'Observatorium',3,10,'2022-08-15',NULL),(8,'Universität',4,36,'2021-05-01',NULL),
(9,'Bibliothek',4,20,'2021-09-09',NULL),(10,'Neustadt Markt',4,18,'2022-04-01',NULL),(11,'Klinikum',4,22,'2023-02-01',NULL),(12,'Weinbergstraße',5,12,'2022-05-28',NULL),
(13,'Kelterei',5,8,'2023-06-01','2024-11-30'),(14,'Hafenkontor',6,20,'2021-10-10',NULL),(15,'Fähranleger',6,15,'2023-04-22',NULL),(16,'Speicherhof',6,12,'2024-03-15',NULL),
(17,'Messe',NULL,30,'2024-09-01',NULL),(18,'Stadion',2,26,'2023-08-05','2025-02-28'),(19,'Kastanienallee',4,10,'2025-06-20',NULL);

CREATE TABLE bikes (
  bike_id INTEGER PRIMARY KEY,
  frame_no VARCHAR UNIQUE,
  model VARCHAR,
  electric BOOLEAN,
  bought DATE,
  retired DATE,
  home_station_id INTEGER REFERENCES stations(station_id)
);
COMMENT ON COLUMN bikes.frame_no IS 'the number painted on the frame, by which everybody calls the bike';
INSERT INTO bikes
SELECT i, 'BK' || (4000 + i * 3), ['City 3','City 5','Volt','Volt XL'][m], m > 2, DATE '2021-04-15' + (i * 12 + r(i,2,40))::INTEGER, CASE WHEN i < 70 AND r(i,3,8) = 0 THEN DATE '2023-08-01' + r(i,4,650) END, CASE WHEN r(i,5,10) > 0 THEN 1 + r(i,6,16) END
FROM (SELECT i, 1 + (r(i,1,4) + CASE WHEN i > 60 THEN 1 ELSE 0 END) % 4 AS m FROM generate_series(1, 120) t(i));

CREATE TABLE riders (
  rider_id INTEGER PRIMARY KEY,
  full_name VARCHAR NOT NULL,
  birth_year INTEGER,
  home_district_id INTEGER REFERENCES districts(district_id),
  signed_up DATE
);
INSERT INTO riders
SELECT i, ['Anna','Jonas','Mehmet','Lena','Felix','Ingrid','Oskar','Fatima','Paul','Klara','Dimitri','Sophie','Bruno','Yara','Emil'][1 + (i * 71 % 300) % 15] || ' ' || ['Albrecht','Brandt','Demir','Engel','Fuchs','Graf','Hartung','Iversen','Jung','Keller','Lorenz','Moser','Nowak','Otto','Pohl','Richter','Seidel','Thoma','Ulrich','Wirth'][1 + (i * 71 % 300) // 15],
  CASE WHEN r(i,13,15) > 0 THEN 1950 + r(i,11,28) + r(i,12,30) END, CASE WHEN r(i,14,9) > 0 THEN 1 + r(i,15,6) END, DATE '2022-06-01' + r(i,16,1060)
FROM generate_series(1, 240) t(i);

CREATE TABLE plans (plan_code VARCHAR PRIMARY KEY, plan_name VARCHAR, monthly_fee DECIMAL(5,2), free_minutes INTEGER);
COMMENT ON COLUMN plans.free_minutes IS 'free minutes at the start of every trip';
INSERT INTO plans VALUES ('FLEX','Flex',0.00,0),('BASE','Basic',7.90,15),('PLUS','Plus',12.50,30),('STUD','Student',4.90,20),('CORP','Corporate',9.00,45),('FAM','Family',19.90,30),('SENR','Senior',5.90,25),('WKND','Weekend',3.50,60);

CREATE TABLE memberships (
  membership_id INTEGER PRIMARY KEY,
  rider_id INTEGER REFERENCES riders(rider_id),
  plan_code VARCHAR REFERENCES plans(plan_code),
  valid_from DATE,
  valid_to DATE,
  cancelled_reason VARCHAR
);
COMMENT ON COLUMN memberships.valid_to IS 'last day; NULL = still running';
INSERT INTO memberships
SELECT row_number() OVER (ORDER BY i, k), i, ['FLEX','BASE','PLUS','STUD','BASE'][1 + r(i * 10 + k,21,5)], f, CASE WHEN k < n OR r(i,22,3) = 0 THEN f + 200 + r(i * 10 + k,23,60) END, CASE WHEN k = n AND r(i,22,3) = 0 THEN ['moved away','too expensive','too few bikes',NULL][1 + r(i,24,4)] END
FROM (SELECT i, k, 1 + r(i,25,3) AS n, signed_up + ((k - 1) * 275 + r(i,26,12))::INTEGER AS f FROM (SELECT rider_id AS i, signed_up FROM riders WHERE r(rider_id, 27, 8) > 0), generate_series(1, 3) g(k))
WHERE k <= n AND f + 200 < DATE '2025-06-20' ;

CREATE TABLE trips (
  trip_id INTEGER PRIMARY KEY,
  rider_id INTEGER REFERENCES riders(rider_id),
  bike_id INTEGER REFERENCES bikes(bike_id),
  start_station_id INTEGER REFERENCES stations(station_id),
  end_station_id INTEGER REFERENCES stations(station_id),
  started_at TIMESTAMP,
  ended_at TIMESTAMP,
  distance_km DECIMAL(5,2),
  charge DECIMAL(6,2)
);
COMMENT ON COLUMN trips.rider_id IS 'NULL for day tickets from the machine';
COMMENT ON COLUMN trips.end_station_id IS 'NULL if the bike was left elsewhere or the trip is not finished';
INSERT INTO trips
SELECT row_number() OVER (ORDER BY i), rd.rider_id, b, st, es, ts,
  CASE WHEN NOT running THEN ts + to_minutes(mins) END, CASE WHEN NOT running AND r(i,37,25) > 0 THEN round(mins * (0.12 + r(i,38,14) / 100.0), 2) END,
  CASE WHEN running THEN NULL WHEN rd.rider_id IS NOT NULL AND r(i,39,4) = 0 THEN 0 ELSE round(0.5 + 0.09 * mins, 2) END
FROM (SELECT *, i > 2196 AS running, 3 + r(i,40,25) + CASE WHEN r(i,41,6) = 0 THEN r(i,42,90) ELSE 0 END AS mins,
    CASE WHEN r(i,34,20) > 0 AND i <= 2196 THEN CASE WHEN r(i,35,11) = 0 THEN st ELSE [1,3,8,8,3,4,9,2,14,10,6,11,15,12,5,7,18,17,3,1,13][1 + r(i,36,21)] END END AS es
  FROM (SELECT i, 1 + r(i,43,100) AS b, [3,8,1,2,4,8,3,14,6,9,10,12,15,5,11,7,16,18,17,13,12][1 + r(i,44,21)] AS st,
    TIMESTAMP '2023-07-01' + to_days((i * 729 // 2200 - CASE WHEN i < 2190 AND r(i,45,3) = 0 THEN r(i,46,25) ELSE 0 END)::INTEGER) + to_hours([7,8,8,9,11,12,14,16,17,17,18,18,20,22][1 + r(i,47,14)]) + to_minutes(r(i,48,60)) AS ts FROM generate_series(1, 2200) t(i)))
JOIN bikes ON bike_id = b AND ts > bought AND ts < coalesce(retired, DATE '2030-01-01')
JOIN stations s ON s.station_id = st AND ts > s.opened AND ts < coalesce(s.closed, DATE '2030-01-01')
LEFT JOIN stations e ON e.station_id = es
LEFT JOIN riders rd ON r(i,31,12) > 0 AND rd.rider_id = 1 + r(i,32,225) * (30 + r(i,33,71)) // 100 AND rd.signed_up < ts
WHERE es IS NULL OR (ts > e.opened AND ts < coalesce(e.closed, DATE '2030-01-01'));

CREATE TABLE repairs (
  repair_id INTEGER PRIMARY KEY,
  bike_id INTEGER REFERENCES bikes(bike_id),
  reported DATE,
  finished DATE,
  fault VARCHAR,
  mechanic VARCHAR,
  parts_cost DECIMAL(7,2),
  minutes INTEGER
);
COMMENT ON COLUMN repairs.finished IS 'NULL while the bike is in the workshop';
INSERT INTO repairs
SELECT i, b, d, CASE WHEN i < 252 AND r(i,51,40) > 0 THEN d + r(i,52,16) END, f, CASE WHEN i < 252 THEN ['Uwe Kranz','Silke Böhm','Paul Otto'][1 + r(i,54,3)] END,
  CASE WHEN r(i,55,6) > 0 THEN CASE f WHEN 'battery' THEN 140 + r(i,56,180) WHEN 'lock' THEN 35 + r(i,56,40) ELSE 4 + r(i,56,38) END END, CASE WHEN i < 252 THEN 10 + r(i,57,100) END
FROM (SELECT i, b.bike_id AS b, CASE WHEN b.electric AND r(i,58,3) = 0 THEN 'battery' ELSE ['puncture','brakes','chain','lock','puncture'][1 + r(i,59,5)] END AS f, DATE '2023-07-05' + (i * 720 // 260)::INTEGER AS d
  FROM generate_series(1, 260) t(i) JOIN bikes b ON b.bike_id = 1 + r(i,60,105) AND (retired IS NULL OR retired > DATE '2023-07-05' + (i * 720 // 260)::INTEGER) AND bought < DATE '2023-07-05' + (i * 720 // 260)::INTEGER);
