CREATE TEMP MACRO h(i, salt, n) AS (hash(i::BIGINT * 6131 + salt) % n)::INT;

CREATE TABLE departments (
  dept_code VARCHAR PRIMARY KEY,
  name VARCHAR NOT NULL,
  faculty VARCHAR NOT NULL,
  campus VARCHAR NOT NULL,
  founded_year INTEGER,
  annual_budget DECIMAL(12,2)
);
COMMENT ON COLUMN departments.annual_budget IS 'Core budget in EUR per year, without grants';
INSERT INTO departments VALUES
 ('PHY','Physics','Science','North',1871,6400000),('CHE','Chemistry','Science','North',1868,5900000),('BIO','Biology','Science','North',1902,4850000),('MAT','Mathematics','Science','North',1868,2700000),
 ('CSC','Computer Science','Engineering','North',1974,5200000),('CIV','Civil Engineering','Engineering','North',1925,3950000),('EEN','Electrical Engineering','Engineering','North',1931,4300000),
 ('NEU','Neurology','Medicine','Hospital',1958,7100000),('PUB','Public Health','Medicine','Hospital',2003,3300000),('ONC','Oncology','Medicine','Hospital',NULL,8250000),
 ('HIS','History','Arts and Letters','Old Town',1868,1450000),('LIN','Linguistics','Arts and Letters','Old Town',1966,1120000),('MUS','Musicology','Arts and Letters','Old Town',1949,NULL),('THE','Systematic Theology','Theology','Old Town',1868,640000);

CREATE TABLE researchers (
  researcher_id INTEGER PRIMARY KEY,
  given_name VARCHAR NOT NULL,
  family_name VARCHAR NOT NULL,
  email VARCHAR,
  position VARCHAR NOT NULL,
  dept_code VARCHAR REFERENCES departments(dept_code),
  supervisor_id INTEGER,
  hired_on DATE NOT NULL,
  left_on DATE,
  orcid VARCHAR
);
COMMENT ON TABLE researchers IS 'Own staff and external co-authors';
COMMENT ON COLUMN researchers.dept_code IS 'Empty for external co-authors';
COMMENT ON COLUMN researchers.supervisor_id IS 'researcher_id of the supervisor';
COMMENT ON COLUMN researchers.hired_on IS 'For externals: day they were entered in the register';
INSERT INTO researchers VALUES
 (1,'Margarethe','Lindqvist','m.lindqvist@univ-hallborg.edu','Professor','PHY',NULL,'2009-09-01',NULL,'0000-0002-1101-3341'),
 (2,'Owen','Castellane','o.castellane@univ-hallborg.edu','Senior Lecturer','PHY',1,'2015-02-16',NULL,'0000-0001-8820-1174'),
 (3,'Priya','Raman','p.raman@univ-hallborg.edu','Postdoc','PHY',1,'2022-10-01',NULL,'0000-0003-4417-9920'),
 (4,'Tomasz','Zielinski','t.zielinski@univ-hallborg.edu','PhD Student','PHY',2,'2023-01-15',NULL,NULL),
 (5,'Helen','Okafor','h.okafor@univ-hallborg.edu','Professor','CHE',NULL,'2012-04-01',NULL,'0000-0002-5571-0092'),
 (6,'Ruben','de Wit','r.dewit@univ-hallborg.edu','Postdoc','CHE',5,'2021-11-08','2024-10-31','0000-0002-9018-4455'),
 (7,'Sofia','Anagnostou','s.anagnostou@univ-hallborg.edu','PhD Student','CHE',5,'2022-09-01',NULL,NULL),
 (8,'Lars','Bergstrand','l.bergstrand@univ-hallborg.edu','Professor','BIO',NULL,'2006-08-15',NULL,'0000-0001-6629-7713'),
 (9,'Mei','Takahashi','m.takahashi@univ-hallborg.edu','Senior Lecturer','BIO',8,'2017-03-01',NULL,'0000-0003-0281-5560'),
 (10,'Daniel','Osei','d.osei@univ-hallborg.edu','PhD Student','BIO',9,'2023-09-01',NULL,NULL),
 (11,'Clara','Benedetti','c.benedetti@univ-hallborg.edu','Professor','MAT',NULL,'2014-01-01',NULL,'0000-0002-3388-1209'),
 (12,'Yusuf','Demir','y.demir@univ-hallborg.edu','Lecturer','MAT',11,'2019-10-01',NULL,NULL),
 (13,'Ingrid','Solheim','i.solheim@univ-hallborg.edu','Professor','CSC',NULL,'2011-05-01',NULL,'0000-0001-7742-6610'),
 (14,'Arjun','Nair','A.Nair@Univ-Hallborg.edu','Senior Lecturer','CSC',13,'2016-08-22',NULL,'0000-0002-0933-8127'),
 (15,'Zoë','Hartmann','z.hartmann@univ-hallborg.edu','Postdoc','CSC',13,'2023-03-13',NULL,'0000-0003-6152-4402'),
 (16,'Mateo','Villalba','m.villalba@univ-hallborg.edu','PhD Student','CSC',14,'2022-02-01',NULL,NULL),
 (17,'Anna','Kowalczyk','a.kowalczyk@univ-hallborg.edu','PhD Student','CSC',14,'2024-02-01',NULL,NULL),
 (18,'Gareth','Pryce','g.pryce@univ-hallborg.edu','Professor','CIV',NULL,'2008-10-01','2024-09-30',NULL),
 (19,'Leila','Farahani','l.farahani@univ-hallborg.edu','Lecturer','CIV',18,'2018-04-03',NULL,'0000-0001-2264-9087'),
 (20,'Niels','Overgaard','n.overgaard@univ-hallborg.edu','Professor','EEN',NULL,'2013-09-01',NULL,'0000-0002-4499-3151'),
 (21,'Chiara','Moretti','c.moretti@univ-hallborg.edu','Postdoc','EEN',20,'2022-06-20',NULL,'0000-0003-7708-2245'),
 (22,'Samuel','Adeyemi','s.adeyemi@hallborg-hospital.org','Professor','NEU',NULL,'2010-02-01',NULL,'0000-0001-3345-6678'),
 (23,'Ewa','Nowicka','e.nowicka@hallborg-hospital.org','Senior Lecturer','NEU',22,'2016-11-14',NULL,'0000-0002-8127-5531'),
 (24,'Jakob','Steiner','j.steiner@hallborg-hospital.org','Postdoc','NEU',22,'2023-05-02','2025-04-30',NULL),
 (25,'Fiona','MacAllister','f.macallister@univ-hallborg.edu','Professor','PUB',NULL,'2015-09-01',NULL,'0000-0003-1920-7744'),
 (26,'Kwame','Mensah','k.mensah@univ-hallborg.edu','Lecturer','PUB',25,'2020-01-13',NULL,'0000-0002-6015-3390'),
 (27,'Beatriz','Carvalho','b.carvalho@hallborg-hospital.org','Professor','ONC',NULL,'2007-06-01',NULL,'0000-0001-9034-2216'),
 (28,'Henrik','Lindqvist','h.lindqvist@hallborg-hospital.org','Postdoc','ONC',27,'2022-01-10',NULL,NULL),
 (29,'Nadja','Petrov','n.petrov@hallborg-hospital.org','PhD Student','ONC',27,'2023-10-01',NULL,NULL),
 (30,'Edmund','Fairweather','e.fairweather@univ-hallborg.edu','Professor','HIS',NULL,'2003-10-01','2023-12-31',NULL),
 (31,'Rosa','Delgado','r.delgado@univ-hallborg.edu','Senior Lecturer','HIS',30,'2014-09-01',NULL,'0000-0002-2710-8849'),
 (32,'Aino','Virtanen','a.virtanen@univ-hallborg.edu','Professor','LIN',NULL,'2016-01-01',NULL,'0000-0003-5586-0173'),
 (33,'Pavel','Horak','p.horak@univ-hallborg.edu','PhD Student','LIN',32,'2023-09-15',NULL,NULL),
 (34,'Judith','Steiner','j.steiner@univ-hallborg.edu','Lecturer','MUS',NULL,'2021-02-01',NULL,NULL),
 (35,'Hiroshi','Tanaka','tanaka@kita-tech.ac.jp','External',NULL,NULL,'2021-05-17',NULL,'0000-0001-5003-9917'),
 (36,'Grace','Mbeki','g.mbeki@capeinstitute.ac.za','External',NULL,NULL,'2022-03-28',NULL,'0000-0002-7331-4468'),
 (37,'Louis','Charpentier','louis.charpentier@labo-rhone.fr','External',NULL,NULL,'2020-09-09',NULL,NULL),
 (38,'Emily','Zhao',NULL,'External',NULL,NULL,'2023-08-04',NULL,'0000-0003-8854-1190'),
 (39,'Marta','Osei','m.osei@capeinstitute.ac.za','External',NULL,NULL,'2024-06-11',NULL,NULL),
 (40,'Callum','Reid','c.reid@univ-hallborg.edu','PhD Student','CIV',19,'2024-10-01',NULL,NULL),
 (41,'Viktor','Sandberg','v.sandberg@univ-hallborg.edu','Lecturer','THE',NULL,'2012-08-01',NULL,NULL);

CREATE TABLE funders (funder_id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, kind VARCHAR NOT NULL, country VARCHAR);
COMMENT ON COLUMN funders.country IS 'Empty for supranational bodies';
INSERT INTO funders VALUES
 (1,'European Science Programme','public',NULL),(2,'National Research Council','public','Sweden'),(3,'Halden Foundation','foundation','Norway'),
 (4,'Corvane Pharma','industry','Switzerland'),(5,'Nordgrid Energy','industry','Sweden'),(6,'City of Hallborg','public','Sweden'),
 (7,'Ashworth Cancer Trust','foundation','United Kingdom'),(8,'Lumen Optics','industry','Germany');

CREATE TABLE grants (
  grant_id INTEGER PRIMARY KEY,
  reference VARCHAR NOT NULL UNIQUE,
  title VARCHAR NOT NULL,
  funder_id INTEGER NOT NULL REFERENCES funders(funder_id),
  lead_id INTEGER NOT NULL REFERENCES researchers(researcher_id),
  deputy_id INTEGER REFERENCES researchers(researcher_id),
  requested DECIMAL(12,2) NOT NULL,
  awarded DECIMAL(12,2),
  submitted_on DATE NOT NULL,
  decided_on DATE,
  starts_on DATE,
  ends_on DATE,
  status VARCHAR NOT NULL
);
COMMENT ON COLUMN grants.reference IS 'Number by which people call a grant';
COMMENT ON COLUMN grants.lead_id IS 'Principal investigator (researcher_id)';
COMMENT ON COLUMN grants.deputy_id IS 'Stand-in for the principal investigator (researcher_id), optional';
COMMENT ON COLUMN grants.awarded IS 'EUR; empty unless the application was approved';
COMMENT ON COLUMN grants.status IS 'approved, rejected or pending';
INSERT INTO grants VALUES
 (1,'ESP-23-0117','Quantum sensors for cold environments',1,1,2,1450000,1200000,'2023-01-20','2023-07-03','2023-10-01','2026-09-30','approved'),
 (2,'NRC-23-204','Catalysts from seaweed',2,5,6,620000,NULL,'2023-02-14','2023-09-11',NULL,NULL,'rejected'),
 (3,'HF-23-031','Bog ecosystems under drought',3,8,9,340000,340000,'2023-03-02','2023-05-25','2023-09-01','2025-08-31','approved'),
 (4,'COR-23-008','Early markers of neuronal loss',4,22,23,980000,850000,'2023-03-15','2023-04-28','2023-06-01','2025-05-31','approved'),
 (5,'NGE-23-019','Load forecasting with sparse data',5,20,NULL,410000,380000,'2023-04-06','2023-06-16','2023-09-01','2025-02-28','approved'),
 (6,'NRC-23-377','Proof assistants for numerical code',2,11,13,505000,505000,'2023-05-09','2023-11-20','2024-01-01','2026-12-31','approved'),
 (7,'CHB-23-002','Air quality around schools',6,25,26,95000,80000,'2023-06-01','2023-07-14','2023-09-01','2024-08-31','approved'),
 (8,'ACT-23-055','Resistance in small cell tumours',7,27,28,1320000,1100000,'2023-06-19','2023-12-08','2024-02-01','2027-01-31','approved'),
 (9,'ESP-23-0562','Medieval trade letters online',1,31,30,720000,NULL,'2023-07-11','2024-01-29',NULL,NULL,'rejected'),
 (10,'LUM-23-004','Thin film coatings',8,2,3,260000,260000,'2023-08-22','2023-09-18','2023-11-01','2024-10-31','approved'),
 (11,'NRC-23-690','Bridges that report their own fatigue',2,18,19,830000,700000,'2023-09-05','2024-02-27','2024-04-01','2027-03-31','approved'),
 (12,'HF-23-088','Endangered dialects of the coast',3,32,NULL,150000,120000,'2023-10-10','2023-12-19','2024-03-01','2026-02-28','approved'),
 (13,'ESP-24-0033','Trustworthy language models in clinics',1,13,22,2100000,NULL,'2024-01-16','2024-07-22',NULL,NULL,'rejected'),
 (14,'NRC-24-118','Solvent-free polymer recycling',2,5,7,690000,610000,'2024-02-08','2024-08-30','2024-10-01','2027-09-30','approved'),
 (15,'COR-24-003','Sleep and memory in old age',4,23,22,450000,450000,'2024-02-20','2024-03-25','2024-05-01','2025-10-31','approved'),
 (16,'NGE-24-011','Insulation faults in sea cables',5,20,21,530000,NULL,'2024-03-12','2024-05-13',NULL,NULL,'rejected'),
 (17,'CHB-24-005','Cycling to work and heart health',6,26,25,60000,60000,'2024-04-02','2024-05-06','2024-06-01','2025-05-31','approved'),
 (18,'ESP-24-0291','Soil microbes and nitrogen',1,9,8,1180000,990000,'2024-05-21','2024-11-18','2025-01-01','2028-12-31','approved'),
 (19,'NRC-24-455','Graph algorithms for rail timetables',2,14,12,395000,NULL,'2024-06-13','2024-12-02',NULL,NULL,'rejected'),
 (20,'ACT-24-019','Screening in rural regions',7,27,25,870000,870000,'2024-08-28','2025-01-15','2025-03-01','2028-02-29','approved'),
 (21,'LUM-24-002','Lidar for fog',8,1,21,310000,290000,'2024-10-03','2024-11-08','2025-01-01','2026-06-30','approved'),
 (22,'HF-24-077','Hymns as social history',3,34,31,88000,NULL,'2024-11-19','2025-02-24',NULL,NULL,'rejected'),
 (23,'ESP-25-0048','Low-power inference at the edge',1,14,15,1640000,NULL,'2025-01-22',NULL,NULL,NULL,'pending'),
 (24,'NRC-25-090','Moss as a climate archive',2,8,NULL,420000,NULL,'2025-02-11',NULL,NULL,NULL,'pending'),
 (25,'COR-25-001','Blood test for tremor',4,22,24,760000,640000,'2025-02-27','2025-04-04','2025-06-01','2027-05-31','approved'),
 (26,'HF-25-012','Sign language of the fishing towns',3,32,33,175000,NULL,'2025-04-15',NULL,NULL,NULL,'pending'),
 (27,'NRC-25-204','Concrete with less cement',2,19,40,560000,NULL,'2025-05-20',NULL,NULL,NULL,'pending');

CREATE TABLE grant_members (
  grant_id INTEGER REFERENCES grants(grant_id),
  researcher_id INTEGER REFERENCES researchers(researcher_id),
  workload_pct INTEGER NOT NULL,
  PRIMARY KEY (grant_id, researcher_id)
);
COMMENT ON TABLE grant_members IS 'Researchers working on an approved grant, besides its lead';
COMMENT ON COLUMN grant_members.workload_pct IS 'Share of a full-time job';
INSERT INTO grant_members VALUES
 (1,2,20),(1,3,80),(1,4,100),(1,35,10),(3,9,30),(3,10,100),(4,23,25),(4,24,100),(5,21,60),(5,12,15),(6,12,40),(6,13,10),(6,15,35),(7,26,50),(8,28,100),(8,29,75),(8,36,10),
 (10,3,20),(11,19,40),(11,37,15),(12,33,100),(14,6,50),(14,7,100),(15,24,40),(15,22,10),(17,25,20),(18,8,15),(18,10,25),(18,36,20),(20,25,25),(20,28,30),(20,29,25),(20,26,20),(21,21,40),(21,2,10),(25,23,20),(11,40,60);

CREATE TABLE venues (
  venue_id INTEGER PRIMARY KEY,
  name VARCHAR NOT NULL,
  acronym VARCHAR,
  kind VARCHAR NOT NULL,
  rank VARCHAR
);
COMMENT ON COLUMN venues.kind IS 'journal or conference';
COMMENT ON COLUMN venues.rank IS 'Internal rank, A is best; empty = not ranked';
INSERT INTO venues VALUES
 (1,'Letters in Applied Quantum Science','LAQS','journal','A'),(2,'Nordic Journal of Chemistry',NULL,'journal','B'),(3,'Peatland Ecology',NULL,'journal','B'),
 (4,'Conference on Verified Computing','CVC','conference','A'),(5,'Symposium on Power Grids','SPG','conference','B'),(6,'Annals of Neural Decline',NULL,'journal','A'),
 (7,'Open Health Reports',NULL,'journal','C'),(8,'International Meeting on Tumour Biology','IMTB','conference','A'),(9,'Structures and Sensors','S&S','journal','B'),
 (10,'Workshop on Language Contact','WLC','conference','C'),(11,'Baltic Historical Review',NULL,'journal',NULL),(12,'Conference on Applied Learning Systems','CALS','conference','B');

CREATE TABLE conference_editions (
  edition_id INTEGER PRIMARY KEY,
  venue_id INTEGER NOT NULL REFERENCES venues(venue_id),
  host_city VARCHAR NOT NULL,
  host_country VARCHAR NOT NULL,
  starts_on DATE NOT NULL,
  ends_on DATE NOT NULL,
  registration_fee DECIMAL(7,2)
);
COMMENT ON COLUMN conference_editions.registration_fee IS 'EUR, 0 = free';
INSERT INTO conference_editions VALUES
 (1,4,'Porto','Portugal','2023-06-12','2023-06-15',540),(2,4,'Ghent','Belgium','2024-06-10','2024-06-13',580),(3,4,'Tallinn','Estonia','2025-06-16','2025-06-19',610),
 (4,5,'Graz','Austria','2023-09-20','2023-09-22',420),(5,5,'Bilbao','Spain','2024-09-18','2024-09-20',450),
 (6,8,'Boston','United States','2023-04-17','2023-04-21',890),(7,8,'Vienna','Austria','2024-04-22','2024-04-26',820),(8,8,'Seoul','South Korea','2025-04-14','2025-04-18',870),
 (9,10,'Hallborg','Sweden','2024-03-07','2024-03-08',0),(10,10,'Riga','Latvia','2025-03-06','2025-03-07',60),
 (11,12,'Porto','Portugal','2023-11-06','2023-11-10',650),(12,12,'Montreal','Canada','2024-11-11','2024-11-15',NULL);

CREATE TABLE publications (
  publication_id INTEGER PRIMARY KEY,
  title VARCHAR NOT NULL,
  venue_id INTEGER REFERENCES venues(venue_id),
  published_on DATE NOT NULL,
  pages INTEGER,
  open_access BOOLEAN NOT NULL,
  citations INTEGER NOT NULL
);
COMMENT ON COLUMN publications.venue_id IS 'Empty for technical reports';
INSERT INTO publications
WITH t AS (
  SELECT i,
    ['Measuring','Towards','A Survey of','Rethinking','Modelling','On','Limits of','Evidence for'][1 + h(i, 1, 8)] AS a,
    ['Fast','Robust','Hidden','Local','Seasonal','Sparse','Shared','Early'][1 + h(i, 2, 8)] AS b,
    [['Spin Sensors','Thin Films','Cold Traps'],['Polymer Networks','Catalyst Decay','Seaweed Extracts'],['Bog Mosses','Nitrogen Cycles','Drought Response'],['Proof Checking','Sparse Solvers','Type Systems'],
     ['Load Forecasts','Cable Faults','Grid Storage'],['Memory Loss','Sleep Patterns','Tremor Signals'],['School Air','Cycling Habits','Rural Clinics'],['Tumour Growth','Drug Resistance','Cell Screening'],
     ['Bridge Fatigue','Concrete Mixes','Lidar Data'],['Coastal Dialects','Sign Variation','Loan Words'],['Trade Letters','Hymn Books','Guild Records'],['Language Models','Edge Inference','Timetable Graphs']][1 + h(i, 3, 12)][1 + h(i, 4, 3)] AS c,
    1 + h(i, 3, 12) AS v
  FROM generate_series(1, 148) g(i)
)
SELECT i, a || ' ' || b || ' ' || c, CASE WHEN h(i, 5, 13) > 0 THEN v END, DATE '2023-01-05' + (i * 6)::INT + h(i, 6, 9),
  CASE WHEN h(i, 7, 10) > 0 THEN 4 + h(i, 8, 28) END, h(i, 9, 100) < 58,
  (150 - i) * h(i, 10, 100) * h(i, 11, 100) // 14000
FROM t;

CREATE TABLE authorships (
  publication_id INTEGER REFERENCES publications(publication_id),
  researcher_id INTEGER REFERENCES researchers(researcher_id),
  author_position INTEGER NOT NULL,
  corresponding BOOLEAN NOT NULL,
  PRIMARY KEY (publication_id, researcher_id)
);
COMMENT ON COLUMN authorships.author_position IS '1 = first author';
INSERT INTO authorships
WITH pool(v, rs) AS (
  VALUES (1,[1,2,3,4,35]),(2,[5,6,7,37]),(3,[8,9,10,36]),(4,[11,12,13,15]),(5,[20,21,12]),(6,[22,23,24]),(7,[25,26,36,38]),(8,[27,28,29,25]),(9,[19,18,2,37]),(10,[32,33]),(11,[31,30,34]),(12,[13,14,15,16,17,38])
), cand AS (
  SELECT publication_id AS p, k, CASE WHEN h(publication_id * 10 + k, 12, 9) = 0 THEN 1 + h(publication_id * 10 + k, 13, 39) ELSE rs[1 + h(publication_id * 10 + k, 14, len(rs))] END AS r
  FROM publications JOIN pool ON v = 1 + h(publication_id, 3, 12), generate_series(1, 4) g(k)
  WHERE k <= 1 + h(publication_id, 15, 4)
), one AS (SELECT p, r, min(k) AS k FROM cand GROUP BY ALL)
SELECT p, r, row_number() OVER (PARTITION BY p ORDER BY k), row_number() OVER (PARTITION BY p ORDER BY h(p * 50 + r, 16, 1000), r) = 1 FROM one;

CREATE TABLE publication_grants (
  publication_id INTEGER REFERENCES publications(publication_id),
  grant_id INTEGER REFERENCES grants(grant_id),
  PRIMARY KEY (publication_id, grant_id)
);
COMMENT ON TABLE publication_grants IS 'Grants acknowledged in a publication';
INSERT INTO publication_grants
SELECT DISTINCT publication_id, grant_id
FROM authorships a JOIN (SELECT grant_id, lead_id AS rid FROM grants UNION SELECT grant_id, researcher_id FROM grant_members) m ON rid = researcher_id
JOIN grants USING (grant_id) JOIN publications USING (publication_id)
WHERE status = 'approved' AND published_on > starts_on + 60 AND published_on < ends_on + 200 AND h(publication_id * 40 + grant_id, 17, 5) < 2;
