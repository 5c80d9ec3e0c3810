CREATE TEMP MACRO u(i, salt) AS (hash(i, salt) % 100000) / 100000.0;

CREATE TABLE airports (
  airport_code VARCHAR PRIMARY KEY,
  airport_name VARCHAR NOT NULL,
  city VARCHAR NOT NULL,
  country VARCHAR NOT NULL,
  is_hub BOOLEAN NOT NULL,
  runway_m INTEGER NOT NULL,
  landing_fee DECIMAL(8,2),
  night_curfew BOOLEAN NOT NULL
);
COMMENT ON COLUMN airports.runway_m IS 'Length of the longest runway in metres';
COMMENT ON COLUMN airports.landing_fee IS 'EUR per landing; NULL: no fee agreed';

CREATE TABLE aircraft (
  aircraft_id INTEGER PRIMARY KEY,
  registration VARCHAR NOT NULL UNIQUE,
  manufacturer VARCHAR NOT NULL,
  model VARCHAR NOT NULL,
  seats INTEGER NOT NULL,
  base_airport_code VARCHAR NOT NULL REFERENCES airports(airport_code),
  delivered_on DATE NOT NULL,
  retired_on DATE,
  last_heavy_check_on DATE
);
COMMENT ON COLUMN aircraft.retired_on IS 'NULL: still in service';
COMMENT ON COLUMN aircraft.last_heavy_check_on IS 'NULL: has had no heavy check yet';

CREATE TABLE routes (
  route_id INTEGER PRIMARY KEY,
  origin_code VARCHAR NOT NULL REFERENCES airports(airport_code),
  destination_code VARCHAR NOT NULL REFERENCES airports(airport_code),
  flight_number VARCHAR NOT NULL UNIQUE,
  distance_km INTEGER NOT NULL,
  is_seasonal BOOLEAN NOT NULL,
  started_on DATE NOT NULL,
  ended_on DATE
);
COMMENT ON COLUMN routes.ended_on IS 'NULL: the route is still operated';
COMMENT ON COLUMN routes.is_seasonal IS 'Flown from May to October only';

CREATE TABLE flights (
  flight_id INTEGER PRIMARY KEY,
  route_id INTEGER NOT NULL REFERENCES routes(route_id),
  aircraft_id INTEGER NOT NULL REFERENCES aircraft(aircraft_id),
  scheduled_departure TIMESTAMP NOT NULL,
  scheduled_arrival TIMESTAMP NOT NULL,
  status VARCHAR NOT NULL,
  cancel_reason VARCHAR,
  arrival_delay_min INTEGER,
  delay_cause VARCHAR,
  fuel_kg INTEGER
);
COMMENT ON COLUMN flights.status IS 'landed, diverted or cancelled';
COMMENT ON COLUMN flights.arrival_delay_min IS 'Minutes behind schedule on arrival, negative: early; NULL: cancelled or diverted. A flight counts as delayed above 15 minutes, otherwise as on time';
COMMENT ON COLUMN flights.delay_cause IS 'Main cause, only for delayed flights; NULL: not delayed or not recorded';

CREATE TABLE crew_members (
  crew_id INTEGER PRIMARY KEY,
  full_name VARCHAR NOT NULL,
  position VARCHAR NOT NULL,
  base_airport_code VARCHAR NOT NULL REFERENCES airports(airport_code),
  hired_on DATE NOT NULL,
  left_on DATE,
  monthly_salary DECIMAL(8,2) NOT NULL,
  supervisor_id INTEGER REFERENCES crew_members(crew_id)
);
COMMENT ON COLUMN crew_members.position IS 'Captain, First Officer, Purser or Flight Attendant; Captains and First Officers are the pilots, the others the cabin crew';
COMMENT ON COLUMN crew_members.left_on IS 'NULL: still employed';
COMMENT ON COLUMN crew_members.supervisor_id IS 'NULL: reports to nobody in the crew';

CREATE TABLE flight_crew (
  flight_id INTEGER NOT NULL REFERENCES flights(flight_id),
  crew_id INTEGER NOT NULL REFERENCES crew_members(crew_id),
  PRIMARY KEY (flight_id, crew_id)
);

CREATE TABLE passengers (
  passenger_id INTEGER PRIMARY KEY,
  full_name VARCHAR NOT NULL,
  country VARCHAR NOT NULL,
  birth_date DATE NOT NULL,
  email VARCHAR,
  frequent_flyer_tier VARCHAR,
  registered_on DATE NOT NULL
);
COMMENT ON COLUMN passengers.frequent_flyer_tier IS 'Silver, Gold or Platinum; NULL: not in the frequent flyer programme';

CREATE TABLE bookings (
  booking_id INTEGER PRIMARY KEY,
  flight_id INTEGER NOT NULL REFERENCES flights(flight_id),
  passenger_id INTEGER NOT NULL REFERENCES passengers(passenger_id),
  booked_on DATE NOT NULL,
  channel VARCHAR NOT NULL,
  cabin VARCHAR NOT NULL,
  fare DECIMAL(8,2) NOT NULL,
  checked_bags INTEGER NOT NULL,
  seat_number VARCHAR,
  status VARCHAR NOT NULL
);
COMMENT ON COLUMN bookings.fare IS 'EUR, taxes included. Revenue: fares of all bookings that are flown or no-show';
COMMENT ON COLUMN bookings.seat_number IS 'NULL: no seat chosen';
COMMENT ON COLUMN bookings.status IS 'flown, no-show, cancelled (by the passenger) or refunded (we cancelled the flight)';

CREATE TABLE baggage_claims (
  claim_id INTEGER PRIMARY KEY,
  booking_id INTEGER NOT NULL REFERENCES bookings(booking_id),
  claim_type VARCHAR NOT NULL,
  reported_on DATE NOT NULL,
  settled_on DATE,
  compensation DECIMAL(8,2)
);
COMMENT ON COLUMN baggage_claims.settled_on IS 'NULL: still open';
COMMENT ON COLUMN baggage_claims.compensation IS 'EUR paid out; NULL: nothing paid (claim open or rejected)';

INSERT INTO airports VALUES
('ZAG','Zagreb Franjo Tudman','Zagreb','Croatia',true,3252,310.00,false),
('SPU','Split Resnik','Split','Croatia',true,2550,245.50,false),
('DBV','Dubrovnik Cilipi','Dubrovnik','Croatia',false,3300,268.00,false),
('ZAD','Zadar Zemunik','Zadar','Croatia',false,2500,182.00,false),
('PUY','Pula','Pula','Croatia',false,2946,175.50,true),
('RJK','Rijeka Krk','Rijeka','Croatia',false,2500,NULL,true),
('LJU','Ljubljana Brnik','Ljubljana','Slovenia',false,3300,295.00,false),
('TRS','Trieste Ronchi','Trieste','Italy',false,3000,330.00,true),
('VCE','Venice Marco Polo','Venice','Italy',false,3300,420.00,false),
('BRI','Bari Karol Wojtyla','Bari','Italy',false,3000,342.50,false),
('FCO','Rome Fiumicino','Rome','Italy',false,3900,515.00,false),
('VIE','Vienna Schwechat','Vienna','Austria',true,3600,560.00,false),
('GRZ','Graz Thalerhof','Graz','Austria',false,3000,355.00,true),
('MUC','Munich','Munich','Germany',false,4000,640.00,true),
('SJJ','Sarajevo','Sarajevo','Bosnia and Herzegovina',false,2640,198.00,true),
('TGD','Podgorica','Podgorica','Montenegro',false,2500,164.00,false),
('TIA','Tirana Rinas','Tirana','Albania',false,2745,219.00,false),
('SKP','Skopje','Skopje','North Macedonia',false,2950,205.00,false),
('OSI','Osijek','Osijek','Croatia',false,2500,NULL,false);

INSERT INTO aircraft VALUES
(1,'9A-RAA','ATR','ATR 72-600',70,'ZAG','2015-04-14',NULL,'2023-02-20'),
(2,'9A-RAB','ATR','ATR 72-600',70,'ZAG','2015-09-02',NULL,'2023-11-06'),
(3,'9A-RAC','ATR','ATR 72-600',72,'SPU','2017-05-19',NULL,'2024-03-11'),
(4,'9A-RAD','ATR','ATR 42-500',48,'ZAG','2008-03-27','2024-02-29','2021-10-04'),
(5,'9A-RAE','ATR','ATR 42-500',48,'SPU','2009-06-11',NULL,'2022-01-17'),
(6,'9A-RDA','De Havilland','Dash 8-400',76,'ZAG','2010-10-08',NULL,'2022-11-14'),
(7,'9A-RDB','De Havilland','Dash 8-400',76,'VIE','2011-02-16',NULL,'2024-10-21'),
(8,'9A-RDC','De Havilland','Dash 8-400',78,'VIE','2011-07-30','2023-09-15','2020-05-25'),
(9,'9A-REA','Embraer','E190',104,'ZAG','2019-03-22',NULL,'2024-01-29'),
(10,'9A-REB','Embraer','E190',104,'VIE','2020-08-05',NULL,NULL),
(11,'9A-REC','Embraer','E195-E2',136,'ZAG','2023-05-12',NULL,NULL),
(12,'9A-RED','Embraer','E195-E2',136,'SPU','2024-04-18',NULL,NULL),
(13,'9A-RSA','Saab','340B',34,'ZAG','1998-05-06','2022-10-31','2019-04-01'),
(14,'9A-RAF','ATR','ATR 72-600',72,'DBV','2022-06-01',NULL,NULL),
(15,'9A-RAG','ATR','ATR 42-600',50,'ZAG','2024-12-09',NULL,NULL);

INSERT INTO routes
SELECT row_number() OVER (ORDER BY n, back), CASE WHEN back THEN d ELSE o END, CASE WHEN back THEN o ELSE d END, 'RA' || (100 + 10 * n + CASE WHEN back THEN 1 ELSE 0 END), km, seasonal, started, ended
FROM (VALUES
 (1,'ZAG','SPU',257,false,DATE '2009-03-29',NULL),(2,'ZAG','DBV',392,false,DATE '2009-03-29',NULL),(3,'ZAG','VIE',267,false,DATE '2010-10-31',NULL),(4,'ZAG','MUC',433,false,DATE '2012-03-25',NULL),
 (5,'ZAG','FCO',520,false,DATE '2015-03-29',NULL),(6,'SPU','FCO',382,true,DATE '2016-05-06',NULL),(7,'SPU','VIE',522,false,DATE '2013-04-14',NULL),(8,'VIE','DBV',662,true,DATE '2017-05-05',NULL),
 (9,'ZAG','SJJ',288,false,DATE '2011-09-01',DATE '2023-10-28'),(10,'ZAG','SKP',623,false,DATE '2014-06-02',NULL),(11,'VIE','LJU',272,false,DATE '2019-10-27',NULL),(12,'SPU','MUC',600,true,DATE '2018-05-11',NULL),
 (13,'ZAG','ZAD',198,false,DATE '2009-10-25',NULL),(14,'ZAG','OSI',214,false,DATE '2010-04-06',DATE '2022-12-15'),(15,'VIE','PUY',386,true,DATE '2019-05-03',NULL),(16,'VIE','TGD',656,false,DATE '2022-04-04',NULL),
 (17,'SPU','BRI',275,true,DATE '2023-05-05',NULL),(18,'ZAG','VCE',261,false,DATE '2022-09-12',DATE '2024-03-30'),(19,'VIE','TIA',810,false,DATE '2023-03-26',NULL),(20,'ZAG','TIA',640,false,DATE '2024-03-31',NULL),
 (21,'DBV','MUC',770,true,DATE '2024-05-03',NULL),(22,'SPU','TRS',330,false,DATE '2024-12-16',NULL)
) v(n, o, d, km, seasonal, started, ended), (VALUES (false),(true)) w(back);

INSERT INTO flights
WITH tries AS (
  SELECT i, 1 + CAST(floor(44 * power(u(i, 'route'), 1.55)) AS INTEGER) AS route_id, DATE '2022-01-03' + CAST(floor(1093 * power(u(i, 'day'), 0.82)) AS INTEGER) AS day FROM range(1, 1500) r(i)
),
flown AS (
  SELECT i, route_id, day, distance_km, is_seasonal FROM tries JOIN routes USING (route_id)
  WHERE day >= started_on AND (ended_on IS NULL OR day <= ended_on) AND (NOT is_seasonal OR month(day) BETWEEN 5 AND 10) AND (month(day) BETWEEN 5 AND 9 OR u(i, 'winter') < 0.62)
  QUALIFY row_number() OVER (PARTITION BY route_id, day ORDER BY i) = 1
),
planes AS (
  SELECT i, route_id, day, distance_km, aircraft_id, manufacturer, seats FROM flown JOIN aircraft ON day > delivered_on AND (retired_on IS NULL OR day < retired_on)
  QUALIFY row_number() OVER (PARTITION BY i ORDER BY power(u(i * 100 + aircraft_id, 'plane'), [1.6,1.2,1,0.5,0.7,1.4,1.1,0.8,2.2,1.3,2.0,1.7,0.4,0.9,1][aircraft_id]) DESC) = 1
),
timed AS (
  SELECT *, day + INTERVAL (360 + 5 * CAST(floor(180 * power(u(i, 'dep'), 1.15)) AS INTEGER)) MINUTE AS dep, 35 + 5 * CAST(round(distance_km / CASE WHEN manufacturer = 'Embraer' THEN 12.0 ELSE 8.2 END / 5) AS INTEGER) AS block,
    CASE WHEN u(i, 'st') < 0.045 + CASE WHEN month(day) IN (1, 2, 12) THEN 0.05 ELSE 0 END THEN 'cancelled' WHEN u(i, 'st') > 0.988 THEN 'diverted' ELSE 'landed' END AS status,
    CASE WHEN u(i, 'late') < 0.24 + CASE WHEN month(day) IN (7, 8) THEN 0.12 ELSE 0 END + CASE WHEN aircraft_id IN (4, 13) THEN 0.2 ELSE 0 END THEN 16 + CAST(floor(170 * power(u(i, 'min'), 3)) AS INTEGER) ELSE CAST(floor(30 * power(u(i, 'min'), 0.9)) AS INTEGER) - 15 END AS late
  FROM planes
)
SELECT row_number() OVER (ORDER BY dep, i), route_id, aircraft_id, dep, dep + INTERVAL (block) MINUTE, status,
  CASE WHEN status = 'cancelled' THEN CASE WHEN u(i, 'cr') < 0.46 THEN 'weather' WHEN u(i, 'cr') < 0.73 THEN 'technical' WHEN u(i, 'cr') < 0.88 THEN 'crew shortage' ELSE 'strike' END END,
  CASE WHEN status = 'landed' THEN late END,
  CASE WHEN status = 'landed' AND late > 15 AND u(i, 'rec') < 0.9 THEN CASE WHEN u(i, 'dc') < 0.35 THEN 'air traffic control' WHEN u(i, 'dc') < 0.6 THEN 'late incoming aircraft' WHEN u(i, 'dc') < 0.78 THEN 'technical' WHEN u(i, 'dc') < 0.91 THEN 'weather' ELSE 'ground handling' END END,
  CASE WHEN status <> 'cancelled' THEN CAST(round(distance_km * seats * (0.026 + 0.008 * u(i, 'fuel')) + 240) AS INTEGER) END
FROM timed ORDER BY dep, i;

CREATE TEMP TABLE crew_draft AS
WITH base AS (
  SELECT i, ['Ivana','Marko','Petra','Luka','Ana','Tomislav','Maja','Ante','Lucija','Josip','Katarina','Filip','Elena','Stjepan','Nina','Goran','Sara','Davor','Tea','Bruno','Mirela','Karl'][1 + (i - 1) % 22] || ' ' ||
    ['Horvat','Kovac','Babic','Maric','Juric','Novak','Vukovic','Knezevic','Pavic','Blazevic','Grgic','Perkovic','Radic','Saric','Lovric','Zupan','Huber','Moretti','Matic'][1 + ((i - 1) * 5 + (i - 1) // 22) % 19] AS name,
    CASE WHEN i IN (1,2,3,4) OR i % 6 = 0 AND i < 60 THEN 'Captain' WHEN i % 6 = 1 THEN 'First Officer' WHEN i IN (5,8,9) OR i % 6 = 2 AND i < 50 THEN 'Purser' ELSE 'Flight Attendant' END AS pos,
    CASE WHEN u(i, 'base') < 0.48 THEN 'ZAG' WHEN u(i, 'base') < 0.72 THEN 'SPU' WHEN u(i, 'base') < 0.93 THEN 'VIE' ELSE 'DBV' END AS base,
    CASE WHEN i <= 20 THEN DATE '2022-01-01' + CAST(i AS INTEGER) ELSE DATE '2022-01-15' + CAST(floor(1030 * (i - 20) / 46.0 - 10 * u(i, 'h')) AS INTEGER) END AS hired
  FROM range(1, 65) r(i)
)
SELECT i, name, pos, base, hired, CASE WHEN u(i, 'left') < 0.2 AND i NOT IN (1, 2, 5) AND hired + 200 < DATE '2024-11-01' THEN hired + CAST(150 + floor((DATE '2024-12-15' - hired - 150) * u(i, 'when')) AS INTEGER) END,
  round(CASE pos WHEN 'Captain' THEN 6900 WHEN 'First Officer' THEN 4300 WHEN 'Purser' THEN 2550 ELSE 1780 END * (0.94 + 0.22 * u(i, 'sal')) + 12 * (64 - i), 0),
  CASE WHEN i IN (1, 5) THEN NULL WHEN pos = 'Captain' THEN 1 WHEN pos = 'First Officer' THEN [1,2,3,4][1 + CAST(floor(4 * power(u(i, 'sup'), 1.4)) AS INTEGER)] WHEN pos = 'Purser' THEN 5 ELSE [5,8,9][1 + CAST(floor(3 * power(u(i, 'sup'), 0.8)) AS INTEGER)] END
FROM base;
INSERT INTO crew_members SELECT * FROM crew_draft WHERE i IN (1, 5) ORDER BY i;
INSERT INTO crew_members SELECT * FROM crew_draft WHERE i NOT IN (1, 5) AND pos IN ('Captain', 'Purser') ORDER BY i;
INSERT INTO crew_members SELECT * FROM crew_draft WHERE pos NOT IN ('Captain', 'Purser') ORDER BY i;
DROP TABLE crew_draft;

INSERT INTO flight_crew
WITH able AS (
  SELECT flight_id, crew_id, position, row_number() OVER (PARTITION BY flight_id, position ORDER BY power(u(flight_id * 100 + crew_id, 'crew'), 0.4 + 1.8 * u(crew_id, 'keen')) DESC) AS place
  FROM flights JOIN crew_members ON CAST(scheduled_departure AS DATE) >= hired_on AND (left_on IS NULL OR CAST(scheduled_departure AS DATE) < left_on)
  WHERE status <> 'cancelled' AND crew_id NOT IN (61, 64)
)
SELECT flight_id, crew_id FROM able WHERE place = 1 OR position = 'Flight Attendant' AND place = 2 AND flight_id % 4 = 0 ORDER BY flight_id, crew_id;

INSERT INTO passengers
WITH base AS (
  SELECT i, ['Hana','Jakov','Mia','Ivan','Laura','Matteo','Giulia','Stefan','Anna','Lukas','Emina','Arben','Elira','Dragan','Milena','Peter','Claudia','Robert','Sofia','Niko','Vesna','Zoran','Martina','Paolo','Ines','Oskar','Dunja','Felix','Rita','Leon'][1 + (i - 1) % 30] AS fn,
    ['Bauer','Rossi','Peric','Kralj','Hodzic','Gashi','Ilic','Wagner','Conti','Vidmar','Tomic','Schmid','Romano','Begic','Petrov','Dragovic','Hoxha','Barisic','Steiner','Ferrari','Kos','Antic','Lang','Greco','Muller','Zec','Balint','Nemeth','Fischer','Bianchi','Popovic','Cerar','Galic','Mayer','Ricci','Sabo','Delic','Prifti','Eder','Loncar'][1 + ((i - 1) * 7 + (i - 1) // 30) % 40] AS ln,
    CASE WHEN u(i, 'ct') < 0.38 THEN 'Croatia' WHEN u(i, 'ct') < 0.56 THEN 'Austria' WHEN u(i, 'ct') < 0.71 THEN 'Germany' WHEN u(i, 'ct') < 0.82 THEN 'Italy' WHEN u(i, 'ct') < 0.89 THEN 'Slovenia' WHEN u(i, 'ct') < 0.94 THEN 'Albania' WHEN u(i, 'ct') < 0.98 THEN 'North Macedonia' ELSE 'Switzerland' END AS country
  FROM range(1, 421) r(i)
)
SELECT i, fn || ' ' || ln, country, DATE '1944-02-10' + CAST(floor(24000 * power(u(i, 'born'), 0.85)) AS INTEGER), CASE WHEN u(i, 'mail') < 0.82 THEN lower(fn) || '.' || lower(ln) || ['@gmail.com','@gmx.at','@icloud.com','@inet.hr'][1 + CAST(floor(4 * power(u(i, 'dom'), 1.6)) AS INTEGER)] END,
  CASE WHEN u(i, 'tier') < 0.04 THEN 'Platinum' WHEN u(i, 'tier') < 0.13 THEN 'Gold' WHEN u(i, 'tier') < 0.33 THEN 'Silver' END,
  DATE '2022-01-02' + CAST(floor(1080 * power(u(i, 'reg'), 1.5)) AS INTEGER)
FROM base;

INSERT INTO bookings
WITH tries AS (
  SELECT i, 1 + CAST(floor((SELECT MAX(flight_id) FROM flights) * u(i, 'fl')) AS INTEGER) AS flight_id, 1 + CAST(floor(408 * power(u(i, 'pax'), 1.9)) AS INTEGER) AS passenger_id FROM range(1, 4400) r(i)
),
ok AS (
  SELECT i, flight_id, passenger_id, distance_km, route_id, CAST(scheduled_departure AS DATE) AS day, flights.status AS flight_status, frequent_flyer_tier, registered_on,
    greatest(registered_on, CAST(scheduled_departure AS DATE) - CAST(floor(120 * power(u(i, 'lead'), 1.8)) AS INTEGER)) AS booked
  FROM tries JOIN flights USING (flight_id) JOIN routes USING (route_id) JOIN passengers USING (passenger_id)
  WHERE CAST(scheduled_departure AS DATE) >= registered_on AND u(route_id, 'pop') + u(i, 'keep') > 0.5
  QUALIFY row_number() OVER (PARTITION BY flight_id, passenger_id ORDER BY i) = 1
),
cab AS (SELECT *, CASE WHEN u(i, 'cab') < CASE WHEN frequent_flyer_tier IN ('Gold', 'Platinum') THEN 0.35 ELSE 0.07 END THEN 'Business' WHEN u(i, 'cab') > 0.78 THEN 'Economy Plus' ELSE 'Economy' END AS cabin FROM ok)
SELECT row_number() OVER (ORDER BY booked, i), flight_id, passenger_id, booked,
  CASE WHEN u(i, 'ch') < 0.44 THEN 'website' WHEN u(i, 'ch') < 0.69 THEN 'app' WHEN u(i, 'ch') < 0.87 THEN 'travel agency' WHEN u(i, 'ch') < 0.96 THEN 'call centre' ELSE 'airport desk' END,
  cabin, round((32 + 0.115 * distance_km) * CASE cabin WHEN 'Business' THEN 2.9 WHEN 'Economy Plus' THEN 1.45 ELSE 1 END * (1 + 0.07 * (year(day) - 2022)) * CASE WHEN month(day) IN (6, 7, 8) THEN 1.3 ELSE 1 END * (0.7 + 0.9 * power(u(i, 'fare'), 1.6)), 2),
  CASE WHEN u(i, 'bag') < 0.42 THEN 0 WHEN u(i, 'bag') < 0.83 THEN 1 WHEN u(i, 'bag') < 0.97 THEN 2 ELSE 3 END,
  CASE WHEN u(i, 'seat') < 0.76 THEN (1 + CAST(floor(26 * u(i, 'row')) AS INTEGER)) || ['A','C','D','F'][1 + CAST(floor(4 * power(u(i, 'ltr'), 1.2)) AS INTEGER)] END,
  CASE WHEN u(i, 'bs') < 0.07 THEN 'cancelled' WHEN flight_status = 'cancelled' THEN 'refunded' WHEN u(i, 'bs') > 0.955 THEN 'no-show' ELSE 'flown' END
FROM cab ORDER BY booked, i;

INSERT INTO baggage_claims
WITH lost AS (
  SELECT booking_id, CASE WHEN u(booking_id, 'ty') < 0.55 THEN 'delayed' WHEN u(booking_id, 'ty') < 0.85 THEN 'damaged' ELSE 'lost' END AS kind, CAST(scheduled_arrival AS DATE) + CAST(floor(6 * power(u(booking_id, 'rp'), 2.5)) AS INTEGER) AS day
  FROM bookings JOIN flights USING (flight_id) JOIN routes USING (route_id)
  WHERE checked_bags > 0 AND bookings.status = 'flown' AND u(booking_id, 'claim') < 0.06 + CASE WHEN destination_code IN ('FCO', 'MUC') THEN 0.09 ELSE 0 END
),
done AS (SELECT *, CASE WHEN u(booking_id, 'open') < 0.88 THEN day + CAST(3 + floor(75 * power(u(booking_id, 'set'), 1.8)) AS INTEGER) END AS settled FROM lost WHERE day <= DATE '2024-12-31')
SELECT row_number() OVER (ORDER BY day, booking_id), booking_id, kind, day, CASE WHEN settled <= DATE '2024-12-31' THEN settled END,
  CASE WHEN settled <= DATE '2024-12-31' AND u(booking_id, 'rej') < 0.83 THEN round(CASE kind WHEN 'lost' THEN 420 WHEN 'damaged' THEN 115 ELSE 48 END * (0.6 + 1.1 * power(u(booking_id, 'comp'), 1.7)), 2) END
FROM done ORDER BY day, booking_id;
DROP MACRO u;
