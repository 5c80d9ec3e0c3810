CREATE TEMP MACRO r(i, s, n) AS (hash(i::BIGINT * 1000 + s) % n)::INTEGER;

CREATE TABLE club (
  club_id INTEGER PRIMARY KEY,
  club_name VARCHAR NOT NULL,
  short_code VARCHAR,
  county VARCHAR,
  founded INTEGER,
  pool_length INTEGER
);
COMMENT ON COLUMN club.pool_length IS 'home pool in metres, 25 or 50; NULL if the club has no pool of its own';
INSERT INTO club VALUES
(1,'Otterburn Swimming Club','OTB','Northumberland',1921,25),(2,'City of Rowanbridge Aquatics','ROW','Avon',1974,50),(3,'Kestrel Dolphins','KES','Avon',1988,25),
(4,'Marsh End Penguins','MEP','Norfolk',1963,25),(5,'Thornby & District SC','THO','Yorkshire',1908,33),(6,'Port Sallow Sharks','PSS','Devon',2004,NULL),
(7,'Greenacre Performance','GRN','Yorkshire',2012,50),(8,'St Oswald''s Swim Team','STO','Norfolk',1999,25),(9,'Lower Wyre Masters','LWM','Devon',2016,NULL);

CREATE TABLE coach (coach_id INTEGER PRIMARY KEY, coach_name VARCHAR, club_id INTEGER REFERENCES club(club_id), qualification_level INTEGER, start_date DATE, is_head BOOLEAN);
COMMENT ON COLUMN coach.qualification_level IS '1 to 4, 4 is the highest';
INSERT INTO coach VALUES
(1,'Judith Pell',1,2,'2015-09-01',true),(2,'Gavin Storr',2,4,'2018-01-15',true),(3,'Rachel Amadi',2,3,'2021-08-23',false),(4,'Neil Cathcart',2,2,'2023-02-06',false),
(5,'Bianca Rossi',3,3,'2019-04-01',true),(6,'Colin Usher',4,1,'2022-09-05',true),(7,'Marie Lavoie',5,3,'2012-03-12',true),(8,'Dev Pillai',5,2,'2024-01-08',false),
(9,'Tess Harrow',6,2,'2020-10-19',true),(10,'Anton Bergh',7,4,'2016-06-27',true),(11,'Louise Kemp',7,3,'2019-11-04',false),(12,'Yusuf Demir',7,3,'2023-09-18',false),(13,'Pauline Frost',8,NULL,'2021-05-10',true);

CREATE TABLE swimmer (
  swimmer_id INTEGER PRIMARY KEY,
  full_name VARCHAR NOT NULL,
  sex VARCHAR,
  birth_date DATE,
  club_id INTEGER REFERENCES club(club_id),
  coach_id INTEGER REFERENCES coach(coach_id),
  height_cm INTEGER,
  joined DATE,
  licence VARCHAR
);
COMMENT ON COLUMN swimmer.licence IS 'G = gold (national), S = silver (regional), B = bronze (club), NULL = none';
COMMENT ON COLUMN swimmer.club_id IS 'NULL = unattached';
INSERT INTO swimmer
SELECT i, CASE WHEN sex = 'F' THEN ['Alice','Beth','Carys','Daisy','Esme','Freya','Gemma','Hazel','Isla','Jodie','Kezia','Lottie','Megan'][1 + (i // 2 * 31 % 104) % 13] ELSE ['Adam','Ben','Conor','Dylan','Ethan','Finn','George','Harvey','Isaac','Jude','Kit','Louis','Max'][1 + (i // 2 * 31 % 104) % 13] END
  || ' ' || ['Ashworth','Barlow','Chadha','Dunn','Eastman','Fenwick','Gallagher','Holroyd'][1 + (i // 2 * 31 % 104) // 13], sex, b, cl,
  CASE WHEN r(i,5,8) > 0 THEN [[1],[2,3,4],[5],[6],[7,8],[9],[10,11,12],[13]][cl][1 + r(i,6,3) % len([[1],[2,3,4],[5],[6],[7,8],[9],[10,11,12],[13]][cl])] END,
  CASE WHEN r(i,7,9) > 0 THEN (CASE sex WHEN 'F' THEN 150 ELSE 156 END) + r(i,8,36) END, b + (8 * 365 + r(i,9,1100))::INTEGER, CASE WHEN r(i,10,7) > 0 THEN ['G','S','S','B','B','B'][1 + r(i,11,6)] END
FROM (SELECT i, CASE WHEN i % 2 = 0 THEN 'F' ELSE 'M' END AS sex, DATE '2002-01-10' + r(i,1,3700) AS b, CASE WHEN r(i,2,14) > 0 THEN [1,1,2,2,2,3,3,4,4,5,5,5,6,7,7,7][1 + r(i,3,16)] END AS cl FROM generate_series(2, 161) t(i));

CREATE TABLE meet (
  meet_id INTEGER PRIMARY KEY,
  meet_name VARCHAR,
  host_club_id INTEGER REFERENCES club(club_id),
  start_date DATE,
  end_date DATE,
  course VARCHAR,
  meet_level INTEGER,
  entry_fee DECIMAL(5,2)
);
COMMENT ON COLUMN meet.course IS 'LC = long course (50 m pool), SC = short course (25 m pool)';
COMMENT ON COLUMN meet.meet_level IS '1 = national, 2 = regional, 3 = county, 4 = club';
INSERT INTO meet VALUES
(1,'New Year Splash 2023',1,'2023-01-14','2023-01-15','SC',4,6.00),(2,'Avon County Championships 2023',2,'2023-03-10','2023-03-12','LC',3,9.50),(3,'Spring Sprint Gala 2023',4,'2023-04-22','2023-04-22','SC',4,5.00),
(4,'Northern Open 2023',7,'2023-06-02','2023-06-04','LC',2,11.00),(5,'Summer Nationals 2023',NULL,'2023-07-25','2023-07-30','LC',1,14.00),(6,'Autumn Relay & Sprint 2023',3,'2023-10-14','2023-10-14','SC',4,5.50),
(7,'Winter Regionals 2023',2,'2023-11-24','2023-11-26','SC',2,10.50),(8,'New Year Splash 2024',1,'2024-01-13','2024-01-14','SC',4,6.50),(9,'Yorkshire County Championships 2024',7,'2024-02-23','2024-02-25','LC',3,9.50),
(10,'Spring Sprint Gala 2024',4,'2024-04-20','2024-04-20','SC',4,5.00),(11,'Northern Open 2024',7,'2024-05-31','2024-06-02','LC',2,11.50),(12,'Summer Nationals 2024',NULL,'2024-07-23','2024-07-28','LC',1,15.00),
(13,'Seaside Open 2024',6,'2024-09-14','2024-09-15','SC',4,NULL),(14,'Winter Regionals 2024',2,'2024-11-22','2024-11-24','SC',2,11.00),(15,'New Year Splash 2025',1,'2025-01-11','2025-01-12','SC',4,6.50),
(16,'Avon County Championships 2025',2,'2025-03-07','2025-03-09','LC',3,10.00),(17,'Northern Open 2025',7,'2025-05-30','2025-06-01','LC',2,12.00),(18,'Summer Nationals 2025',NULL,'2025-07-22','2025-07-27','LC',1,15.50);

CREATE TABLE event (
  event_id INTEGER PRIMARY KEY,
  meet_id INTEGER REFERENCES meet(meet_id),
  event_no INTEGER,
  stroke VARCHAR,
  distance_m INTEGER,
  sex VARCHAR,
  qualifying_time DOUBLE
);
COMMENT ON COLUMN event.qualifying_time IS 'seconds; NULL = open to all';
INSERT INTO event
SELECT row_number() OVER (ORDER BY meet_id, k, s), meet_id, row_number() OVER (PARTITION BY meet_id ORDER BY k, s), stroke, dist, CASE s WHEN 0 THEN 'F' ELSE 'M' END,
  CASE WHEN meet_level < 4 THEN round(base * (CASE s WHEN 0 THEN 1.11 ELSE 1 END) * (1.12 + 0.07 * meet_level), 1) END
FROM meet, (VALUES (1,'Freestyle',50,26.0),(2,'Freestyle',100,57.0),(3,'Freestyle',400,265.0),(4,'Backstroke',100,64.0),(5,'Breaststroke',100,73.0),(6,'Butterfly',50,28.0),(7,'Butterfly',100,63.0),(8,'Medley',200,140.0)) d(k, stroke, dist, base), (VALUES (0),(1)) x(s)
WHERE k <= 2 OR r(meet_id * 100 + k, 20, 3) > 0;

CREATE TABLE result (
  result_id INTEGER PRIMARY KEY,
  event_id INTEGER REFERENCES event(event_id),
  swimmer_id INTEGER REFERENCES swimmer(swimmer_id),
  heat INTEGER,
  lane INTEGER,
  entry_time DOUBLE,
  final_time DOUBLE,
  place INTEGER,
  status VARCHAR
);
COMMENT ON COLUMN result.final_time IS 'seconds; NULL unless status is OK';
COMMENT ON COLUMN result.status IS 'OK, DQ = disqualified, DNS = did not start, DNF = did not finish';
COMMENT ON COLUMN result.entry_time IS 'seconds, the personal best with which the swimmer entered; NULL = no time';
INSERT INTO result
WITH c AS (
  SELECT e.event_id, s.swimmer_id, e.event_id * 1000 + s.swimmer_id AS x, m.start_date,
    MAP{'Freestyle50':26.0,'Freestyle100':57.0,'Freestyle400':265.0,'Backstroke100':64.0,'Breaststroke100':73.0,'Butterfly50':28.0,'Butterfly100':63.0,'Medley200':140.0}[e.stroke || e.distance_m] AS base
  FROM event e JOIN meet m USING (meet_id) JOIN swimmer s ON s.sex = e.sex
  WHERE m.start_date < DATE '2025-06-30' AND swimmer_id < 150 AND r(e.event_id * 1000 + s.swimmer_id, 30, 100) < 9 + (swimmer_id % 5) AND (m.meet_level > 1 OR licence = 'G' OR r(swimmer_id, 31, 4) = 0)),
t AS (
  SELECT c.*, CASE WHEN r(x,32,12) = 0 THEN ['DQ','DQ','DNS','DNF'][1 + r(x,33,4)] ELSE 'OK' END AS status,
    round(base * (CASE sex WHEN 'F' THEN 1.11 ELSE 1 END) * (1 + r(swimmer_id,34,260) / 1000.0 + r(x,35,60) / 1000.0 + (2025 - year(start_date)) * 0.012), 2) AS tm
  FROM c JOIN swimmer USING (swimmer_id))
SELECT row_number() OVER (ORDER BY event_id, x), event_id, swimmer_id, 1 + (row_number() OVER (PARTITION BY event_id ORDER BY x) - 1) // 6, 1 + (row_number() OVER (PARTITION BY event_id ORDER BY x) - 1) % 6,
  CASE WHEN r(x,36,11) > 0 THEN round(tm * (0.975 + r(x,37,55) / 1000.0), 2) END, CASE WHEN status = 'OK' THEN tm END,
  CASE WHEN status = 'OK' THEN rank() OVER (PARTITION BY event_id ORDER BY CASE WHEN status = 'OK' THEN tm END NULLS LAST) END, status
FROM t;
