CREATE TEMP MACRO rnd(i, salt, n) AS CAST(hash(i, salt) % n AS INTEGER);

CREATE TABLE airlines (airline_code VARCHAR PRIMARY KEY, airline_name VARCHAR NOT NULL, country VARCHAR NOT NULL, alliance VARCHAR, low_cost BOOLEAN NOT NULL);
COMMENT ON COLUMN airlines.alliance IS 'empty if the airline is in none';
INSERT INTO airlines VALUES ('NX','Norvik Air','Norway','BlueSky',false),('AQ','Aquila Italia','Italy','Meridian',false),('BR','Brisa','Portugal',NULL,true),('KV','Kiviq','Denmark',NULL,true),('TL','Translacier','Switzerland','BlueSky',false),
('HB','Hibernia Jet','Ireland',NULL,true),('OS','Osterreich Connect','Austria','Meridian',false),('GL','Gulf Lantern','Qatar','Meridian',false),('MP','Maple Pacific','Canada','BlueSky',false),('ZT','Zephyr Turk','Turkey',NULL,false),('SV','Savanna Airways','Kenya',NULL,false);

CREATE TABLE destinations (iata VARCHAR PRIMARY KEY, city VARCHAR NOT NULL, country VARCHAR NOT NULL, distance_km INTEGER NOT NULL, schengen BOOLEAN NOT NULL);
INSERT INTO destinations VALUES ('OSL','Oslo','Norway',1040,true),('LIS','Lisbon','Portugal',1980,true),('FCO','Rome','Italy',1110,true),('CPH','Copenhagen','Denmark',610,true),('ZRH','Zurich','Switzerland',420,true),('DUB','Dublin','Ireland',1130,false),
('VIE','Vienna','Austria',560,true),('DOH','Doha','Qatar',4480,false),('YVR','Vancouver','Canada',8010,false),('IST','Istanbul','Turkey',1750,false),('NBO','Nairobi','Kenya',6310,false),('LHR','London','United Kingdom',760,false),
('BCN','Barcelona','Spain',1210,true),('MXP','Milan','Italy',640,true),('OPO','Porto','Portugal',1790,true),('YYZ','Toronto','Canada',6340,false),('BGO','Bergen','Norway',1120,true),('KEF','Reykjavik','Iceland',2410,true);

CREATE TABLE aircraft_types (type_code VARCHAR PRIMARY KEY, type_name VARCHAR NOT NULL, seats INTEGER NOT NULL, wide_body BOOLEAN NOT NULL);
INSERT INTO aircraft_types VALUES ('A320','Airbus A320',180,false),('A321','Airbus A321neo',220,false),('B738','Boeing 737-800',189,false),('E195','Embraer 195',118,false),('AT76','ATR 72-600',70,false),('B789','Boeing 787-9',296,true),('A333','Airbus A330-300',293,true),('B77W','Boeing 777-300ER',368,true);

CREATE TABLE gates (gate VARCHAR PRIMARY KEY, terminal VARCHAR NOT NULL, stand_type VARCHAR NOT NULL, wide_body_ok BOOLEAN NOT NULL, opened_on DATE);
COMMENT ON COLUMN gates.stand_type IS 'bridge or bus';
COMMENT ON COLUMN gates.opened_on IS 'empty for the gates of the first building';
INSERT INTO gates VALUES ('A1','A','bridge',false,NULL),('A2','A','bridge',false,NULL),('A3','A','bridge',false,NULL),('A4','A','bridge',true,NULL),('A5','A','bus',false,'2015-04-01'),('A6','A','bus',false,'2015-04-01'),
('B1','B','bridge',true,'2009-09-15'),('B2','B','bridge',true,'2009-09-15'),('B3','B','bridge',false,'2009-09-15'),('B4','B','bridge',false,'2011-03-01'),('B5','B','bus',false,'2018-06-20'),
('C1','C','bridge',true,'2021-05-10'),('C2','C','bridge',true,'2021-05-10'),('C3','C','bus',false,'2021-05-10'),('C4','C','bus',false,'2025-06-15');

CREATE TABLE flights (flight_id INTEGER PRIMARY KEY, flight_no VARCHAR NOT NULL, airline_code VARCHAR NOT NULL REFERENCES airlines, iata VARCHAR NOT NULL REFERENCES destinations, type_code VARCHAR NOT NULL REFERENCES aircraft_types, gate VARCHAR REFERENCES gates,
  scheduled_at TIMESTAMP NOT NULL, departed_at TIMESTAMP, status VARCHAR NOT NULL);
COMMENT ON TABLE flights IS 'Departures, a sample of days; a flight number comes back on many days';
COMMENT ON COLUMN flights.gate IS 'final gate; may be empty for cancelled flights';
COMMENT ON COLUMN flights.departed_at IS 'real departure; empty if cancelled';
COMMENT ON COLUMN flights.status IS 'departed or cancelled';
INSERT INTO flights
WITH route(n, a, d, hr, w) AS (VALUES (101,'NX','OSL',7,9),(102,'NX','BGO',13,5),(204,'AQ','FCO',9,8),(206,'AQ','MXP',18,6),(311,'BR','LIS',6,9),(312,'BR','OPO',12,6),(313,'BR','BCN',20,4),(401,'KV','CPH',8,8),(402,'KV','LHR',16,5),(403,'KV','KEF',10,3),(404,'KV','BCN',14,4),
  (51,'TL','ZRH',7,9),(55,'TL','ZRH',19,7),(620,'HB','DUB',11,8),(622,'HB','LHR',17,6),(623,'HB','LIS',15,4),(703,'OS','VIE',8,8),(705,'OS','VIE',20,5),(880,'GL','DOH',22,6),(12,'MP','YVR',15,3),(14,'MP','YYZ',13,4),(930,'ZT','IST',10,7),(934,'ZT','IST',21,4),(77,'SV','NBO',21,3)),
raw AS (SELECT x.*, DATE '2023-01-05' + day AS dt, n * 2000 + day AS z FROM (SELECT *, CAST(g.k * 5 + rnd(g.k, 1, 4) AS INTEGER) AS day FROM route CROSS JOIN generate_series(0, 180) g(k)) x WHERE rnd(n * 2000 + day, 2, 22) < w AND (n <> 403 OR day > 480) AND (n <> 623 OR day < 700)),
num AS (SELECT row_number() OVER (ORDER BY dt, hr, z) AS id, *, CAST(dt AS TIMESTAMP) + to_minutes(hr * 60 + 5 * rnd(n, 3, 12)) AS sch, a IN ('GL','MP','SV') AS wide FROM raw WHERE dt <= DATE '2025-06-29'),
st AS (SELECT *, CASE WHEN rnd(id, 4, 26 - CASE WHEN month(dt) IN (1, 12) THEN 12 ELSE 0 END) = 0 THEN 'cancelled' ELSE 'departed' END AS stt, rnd(id, 5, 100) AS x FROM num)
SELECT id, a || n, a, d, CASE WHEN wide THEN (['B789','A333','B77W'])[rnd(id, 6, 3) + 1] WHEN a = 'TL' THEN (['AT76','E195'])[rnd(id, 6, 2) + 1] WHEN a IN ('NX','OS') THEN (['A320','E195','B738'])[rnd(id, 6, 3) + 1] ELSE (['A320','A321','B738','A320'])[rnd(id, 6, 4) + 1] END,
  CASE WHEN stt = 'cancelled' AND rnd(id, 7, 3) > 0 THEN NULL WHEN wide THEN (['B1','B2','C1','C2'])[rnd(id, 8, 4) + 1] WHEN a IN ('NX','KV','BR') THEN (['A1','A2','A3','A5','A6','A5'])[rnd(id, 8, 6) + 1] WHEN dt > DATE '2023-09-01' AND rnd(id, 9, 4) = 0 THEN (['C1','C3','C3'])[rnd(id, 8, 3) + 1] ELSE (['B3','B4','B5','A4','B3'])[rnd(id, 8, 5) + 1] END, sch,
  CASE WHEN stt = 'departed' THEN sch + to_minutes(CASE WHEN x < 55 THEN rnd(id, 10, 13) - 5 WHEN x < 88 THEN 5 + rnd(id, 11, 45 + CASE WHEN a IN ('HB','BR') THEN 25 ELSE 0 END) ELSE 40 + rnd(id, 12, 170) END) END, stt
FROM st;

CREATE TABLE delay_causes (cause_code INTEGER PRIMARY KEY, description VARCHAR NOT NULL, responsible VARCHAR NOT NULL);
COMMENT ON COLUMN delay_causes.responsible IS 'airline, airport, authority or nobody';
INSERT INTO delay_causes VALUES (11,'Late check-in or missing passengers','airline'),(32,'Baggage loading','airport'),(41,'Technical fault','airline'),(63,'Crew late','airline'),(71,'Weather at departure','nobody'),(75,'De-icing','airport'),(81,'Air traffic control','authority'),(85,'Security queue','airport'),(93,'Late inbound aircraft','airline'),(97,'Industrial action','nobody');

CREATE TABLE delays (flight_id INTEGER NOT NULL REFERENCES flights, cause_code INTEGER NOT NULL REFERENCES delay_causes, minutes INTEGER NOT NULL, PRIMARY KEY (flight_id, cause_code));
COMMENT ON TABLE delays IS 'Delay minutes by cause, for flights that left 15 minutes or more late; up to two causes a flight';
INSERT INTO delays
WITH l AS (SELECT flight_id, month(scheduled_at) AS m, CAST(date_diff('minute', scheduled_at, departed_at) AS INTEGER) AS mi, rnd(flight_id, 21, 10) AS c1, rnd(flight_id, 22, 10) AS c2, rnd(flight_id, 23, 3) = 0 AS two FROM flights WHERE departed_at >= scheduled_at + INTERVAL 15 MINUTE),
s AS (SELECT flight_id, m, CASE WHEN two AND c1 <> c2 THEN 5 + CAST(mi * 0.5 AS INTEGER) - rnd(flight_id, 24, 5) ELSE mi END AS a, mi, c1, c2 FROM l)
SELECT flight_id, (ARRAY[93,93,81,81,41,63,11,32,85,71])[c + 1] + CASE WHEN m IN (1, 2, 12) AND c = 7 THEN 43 WHEN c = 4 AND m = 7 THEN 56 ELSE 0 END, sum(mins) FROM (
  SELECT flight_id, m, c1 AS c, a AS mins FROM s UNION ALL SELECT flight_id, m, c2, mi - a FROM s WHERE mi > a) GROUP BY ALL;

CREATE TABLE passenger_counts (flight_id INTEGER NOT NULL REFERENCES flights, cabin VARCHAR NOT NULL, seats INTEGER NOT NULL, booked INTEGER NOT NULL, boarded INTEGER, transfer INTEGER, PRIMARY KEY (flight_id, cabin));
COMMENT ON COLUMN passenger_counts.cabin IS 'economy or business';
COMMENT ON COLUMN passenger_counts.boarded IS 'empty for cancelled flights';
COMMENT ON COLUMN passenger_counts.transfer IS 'of the boarded, those who came in on another flight; not always reported';
INSERT INTO passenger_counts
SELECT flight_id, cabin, st, bk, bd, CASE WHEN bd IS NOT NULL AND rnd(flight_id * 2 + b, 35, 9) > 0 THEN CAST(bd * (CASE WHEN wide_body THEN 0.25 ELSE 0.05 END + rnd(flight_id * 2 + b, 36, 20) / 100.0) AS INTEGER) END
FROM (SELECT *, CASE WHEN status = 'departed' THEN least(st, CAST(bk * (0.90 + rnd(flight_id * 2 + b, 34, 11) / 100.0) AS INTEGER)) END AS bd FROM (
  SELECT *, CAST(st * least(1.04, 0.50 + CASE WHEN month(scheduled_at) IN (6, 7, 8, 12) THEN 0.14 ELSE 0 END + rnd(flight_id * 2 + b, 33, 46) / 100.0) AS INTEGER) AS bk FROM (
    SELECT f.flight_id, f.status, f.scheduled_at, t.wide_body, b, CASE b WHEN 1 THEN 'business' ELSE 'economy' END AS cabin, CASE WHEN b = 1 THEN CAST(t.seats * CASE WHEN t.wide_body THEN 0.12 ELSE 0.07 END AS INTEGER) WHEN al.low_cost OR t.type_code = 'AT76' THEN t.seats ELSE t.seats - CAST(t.seats * CASE WHEN t.wide_body THEN 0.12 ELSE 0.07 END AS INTEGER) END AS st
    FROM flights f JOIN aircraft_types t USING (type_code) JOIN airlines al USING (airline_code) CROSS JOIN generate_series(0, 1) g(b) WHERE b = 0 OR NOT al.low_cost AND t.type_code <> 'AT76')));

CREATE TABLE gate_changes (change_id INTEGER PRIMARY KEY, flight_id INTEGER NOT NULL REFERENCES flights, old_gate VARCHAR NOT NULL REFERENCES gates, new_gate VARCHAR NOT NULL REFERENCES gates, changed_at TIMESTAMP NOT NULL);
INSERT INTO gate_changes
WITH c AS (SELECT f.flight_id, gate AS new_gate, g.terminal, (CASE WHEN gate LIKE 'A%' THEN ['A1','A2','A3','A5','B3'] WHEN gate LIKE 'B%' THEN ['B1','B2','B3','B4','A4'] ELSE ['C1','C2','B1'] END)[rnd(flight_id, 42, CASE WHEN gate LIKE 'C%' THEN 3 ELSE 5 END) + 1] AS old_gate, scheduled_at - to_minutes(20 + rnd(flight_id, 43, 160)) AS ts FROM flights f JOIN gates g USING (gate) WHERE rnd(flight_id, 41, 9) = 0),
x AS (SELECT flight_id, old_gate, new_gate, ts FROM c WHERE old_gate <> new_gate),
y AS (SELECT flight_id, CASE WHEN old_gate = 'A4' THEN 'B5' ELSE 'A4' END AS old_gate, old_gate AS new_gate, ts - to_minutes(35 + rnd(flight_id, 44, 60)) AS ts FROM x WHERE rnd(flight_id, 45, 5) = 0)
SELECT row_number() OVER (ORDER BY ts, flight_id), * FROM (SELECT * FROM x UNION ALL SELECT * FROM y);
