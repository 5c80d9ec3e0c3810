-- Halvorsen Analytical: contract laboratory for water, soil and food
CREATE TEMP MACRO h(i, s, n) AS (hash(i::VARCHAR || ':' || s) % n)::INT;

CREATE TABLE element (
  el_sym VARCHAR PRIMARY KEY,
  el_nm VARCHAR NOT NULL,
  at_no INTEGER NOT NULL,
  at_wt DOUBLE NOT NULL,
  cat VARCHAR NOT NULL
);
COMMENT ON COLUMN element.cat IS 'N = non-metal, H = halogen, M = metal, L = metalloid';
INSERT INTO element VALUES ('H','Hydrogen',1,1.008,'N'),('C','Carbon',6,12.011,'N'),('N','Nitrogen',7,14.007,'N'),('O','Oxygen',8,15.999,'N'),('F','Fluorine',9,18.998,'H'),
('Na','Sodium',11,22.990,'M'),('P','Phosphorus',15,30.974,'N'),('S','Sulfur',16,32.06,'N'),('Cl','Chlorine',17,35.45,'H'),('K','Potassium',19,39.098,'M'),('Cr','Chromium',24,51.996,'M'),
('Ni','Nickel',28,58.693,'M'),('Cu','Copper',29,63.546,'M'),('Zn','Zinc',30,65.38,'M'),('As','Arsenic',33,74.922,'L'),('Br','Bromine',35,79.904,'H'),('Cd','Cadmium',48,112.41,'M'),('Hg','Mercury',80,200.59,'M'),('Pb','Lead',82,207.2,'M');

CREATE TEMP TABLE cb AS SELECT * FROM (VALUES
(1,'Benzene','C6H6',78.11,'AR',5.5,80.1,'C',1.0),(2,'Toluene','C7H8',92.14,'AR',-95.0,110.6,'F',700.0),(3,'Naphthalene','C10H8',128.17,'PA',80.2,218.0,'E',2.0),
(4,'Anthracene','C14H10',178.23,'PA',216.0,340.0,'E',0.1),(5,'Benzo[a]pyrene','C20H12',252.31,'PA',179.0,495.0,'C',0.01),(6,'Chloroform','CHCl3',119.38,'HA',-63.5,61.2,'C',50.0),
(7,'Tetrachloroethene','C2Cl4',165.83,'HA',-22.3,121.1,'C',10.0),(8,'Trichloroethene','C2HCl3',131.39,'HA',-84.7,87.2,'C',10.0),(9,'Dichloromethane','CH2Cl2',84.93,'HA',-96.7,39.6,'C',20.0),
(10,'Methanol','CH4O',32.04,'OX',-97.6,64.7,'T',NULL),(11,'Ethanol','C2H6O',46.07,'OX',-114.1,78.2,'F',NULL),(12,'Acetone','C3H6O',58.08,'OX',-94.7,56.1,'F',900.0),
(13,'Phenol','C6H6O',94.11,'OX',40.5,181.7,'T',5.0),(14,'Atrazine','C8H14ClN5',215.68,'PE',175.0,NULL,'E',0.1),(15,'Glyphosate','C3H8NO5P',169.07,'PE',189.5,NULL,'E',0.1),
(16,'Diazinon','C12H21N2O3PS',304.35,'PE',NULL,NULL,'T',0.1),(17,'DDT','C14H9Cl5',354.49,'PE',108.5,NULL,'E',0.1),(18,'Lindane','C6H6Cl6',290.83,'PE',112.5,323.4,'T',0.1),
(19,'Caffeine','C8H10N4O2',194.19,'DR',235.0,NULL,NULL,NULL),(20,'Ibuprofen','C13H18O2',206.28,'DR',76.0,NULL,NULL,0.2),(21,'Diclofenac','C14H11Cl2NO2',296.15,'DR',283.0,NULL,'E',0.3),
(22,'Carbamazepine','C15H12N2O',236.27,'DR',190.2,NULL,'T',0.3),(23,'Sodium nitrate','NaNO3',84.99,'IN',308.0,NULL,'O',50000.0),(24,'Ammonia','NH3',17.03,'IN',-77.7,-33.3,'T',500.0),
(25,'Sodium chloride','NaCl',58.44,'IN',801.0,1465.0,NULL,250000.0),(26,'Potassium sulfate','K2SO4',174.26,'IN',1069.0,1689.0,NULL,250000.0),(27,'Lead','Pb',207.2,'ME',327.5,1749.0,'T',10.0),
(28,'Cadmium','Cd',112.41,'ME',321.1,767.0,'C',5.0),(29,'Mercury','Hg',200.59,'ME',-38.8,356.7,'T',1.0),(30,'Copper','Cu',63.55,'ME',1084.6,2562.0,'E',2000.0),
(31,'Zinc','Zn',65.38,'ME',419.5,907.0,NULL,3000.0),(32,'Nickel','Ni',58.69,'ME',1455.0,2730.0,'C',20.0),(33,'Arsenic trioxide','As2O3',197.84,'ME',312.2,465.0,'C',10.0),
(34,'PFOA','C8HF15O2',414.07,'HA',54.3,192.0,'C',0.1),(35,'Aniline','C6H7N',93.13,'AR',-6.3,184.1,'T',4.0),(36,'Nitrobenzene','C6H5NO2',123.11,'AR',5.7,210.9,'T',8.0),
(37,'Carbon tetrachloride','CCl4',153.82,'HA',-22.9,76.7,'C',2.0),(38,'Sulfamethoxazole','C10H11N3O3S',253.28,'DR',169.0,NULL,NULL,0.2),(39,'Styrene','C8H8',104.15,'AR',-30.6,145.0,'C',20.0),
(40,'Vanillin','C8H8O3',152.15,'OX',81.5,285.0,NULL,NULL)) v(cmp_id, nm, formula, mw, cls, mp_c, bp_c, haz, base);

CREATE TABLE compound (
  cmp_id INTEGER PRIMARY KEY,
  nm VARCHAR NOT NULL UNIQUE,
  formula VARCHAR NOT NULL,
  mw DOUBLE,
  cls VARCHAR NOT NULL,
  mp_c DOUBLE,
  bp_c DOUBLE,
  haz VARCHAR,
  org INTEGER NOT NULL
);
COMMENT ON COLUMN compound.mw IS 'molar mass, g/mol';
COMMENT ON COLUMN compound.cls IS 'AR = aromatic, PA = polycyclic aromatic, HA = halogenated, OX = oxygenated, PE = pesticide, DR = drug residue, IN = inorganic ion, ME = metal or metalloid';
COMMENT ON COLUMN compound.mp_c IS 'melting point, °C';
COMMENT ON COLUMN compound.bp_c IS 'boiling point, °C; NULL where it decomposes';
COMMENT ON COLUMN compound.haz IS 'main hazard: C = carcinogenic, T = toxic, F = flammable, E = dangerous for the environment, O = oxidising; NULL = none';
COMMENT ON COLUMN compound.org IS '1 = organic, 0 = inorganic';
INSERT INTO compound SELECT cmp_id, nm, formula, mw, cls, mp_c, bp_c, haz, CASE WHEN cls IN ('IN','ME') THEN 0 ELSE 1 END FROM cb;

CREATE TABLE compos (
  cmp_id INTEGER REFERENCES compound(cmp_id),
  el_sym VARCHAR REFERENCES element(el_sym),
  n_at INTEGER NOT NULL,
  PRIMARY KEY (cmp_id, el_sym)
);
COMMENT ON TABLE compos IS 'atoms per molecule of each element';
INSERT INTO compos SELECT cmp_id, regexp_extract(x, '[A-Z][a-z]?'), coalesce(nullif(regexp_extract(x, '[0-9]+'), '')::INT, 1)
FROM (SELECT cmp_id, unnest(regexp_extract_all(formula, '[A-Z][a-z]?[0-9]*')) AS x FROM compound);

CREATE TABLE max_lim (
  cmp_id INTEGER REFERENCES compound(cmp_id),
  mtx VARCHAR,
  lim DOUBLE NOT NULL,
  src VARCHAR,
  PRIMARY KEY (cmp_id, mtx)
);
COMMENT ON TABLE max_lim IS 'legal maximum of a compound in a matrix, in the unit of measurement.conc';
COMMENT ON COLUMN max_lim.src IS 'EU = directive, NA = national ordinance, GU = guideline value only';
INSERT INTO max_lim SELECT cmp_id, m, round(base * f, 4), ['EU','EU','NA','GU'][1+h(cmp_id,'src' || m,4)]
FROM cb, (VALUES ('DW',1.0),('SW',2.0),('WW',6.0),('SO',0.5),('FO',0.2)) q(m, f) WHERE base IS NOT NULL AND (m='DW' OR h(cmp_id, 'lm' || m, 3) > 0);

CREATE TABLE client (
  cl_id INTEGER PRIMARY KEY,
  cl_nm VARCHAR NOT NULL,
  sect VARCHAR,
  city VARCHAR NOT NULL,
  since DATE,
  disc DECIMAL(4,1)
);
COMMENT ON COLUMN client.sect IS 'W = waterworks, F = food industry, P = pharmaceutical, G = public authority, B = building trade';
COMMENT ON COLUMN client.disc IS 'agreed discount in per cent, NULL = none';
INSERT INTO client VALUES
(1,'Stadtwerke Lindau','W','Lindau','2012-04-01',12.0),(2,'Aqua Novara','W','Novara','2018-09-15',8.0),(3,'Bergmann Foods','F','Ulm','2016-01-20',NULL),(4,'Kuhn & Sons Dairy','F','Lindau','2021-03-02',5.0),
(5,'Medigen Labs','P','Basel','2019-11-11',10.0),(6,'City of Ulm','G','Ulm','2009-06-30',15.0),(7,'Canton Health Office','G','Basel','2014-02-17',15.0),(8,'Petrini Construction','B','Novara','2022-05-09',NULL),
(9,'Rhine Soil Remediation','B','Basel','2017-08-23',7.5),(10,'Veltliner Winery','F','Krems','2020-10-05',NULL),(11,'Danube Water Board','W','Krems','2011-12-01',12.0),(12,'Solvita Pharma','P','Graz','2023-02-14',NULL),
(13,'Graz Environmental Agency','G','Graz','2013-07-19',15.0),(14,'Hofer Bakery Group','F','Graz','2022-11-28',2.5),(15,'Alpine Springs','F','Lindau','2015-05-04',6.0),(16,'Brunner Demolition','B','Ulm','2024-01-08',NULL),
(17,'Port of Basel',NULL,'Basel','2018-03-12',NULL),(18,'Lakeside Camping','W','Lindau',NULL,NULL),(19,'Zeller Biotech','P','Ulm','2024-09-02',5.0),(20,'Monte Rosa Cheese','F','Novara','2025-02-03',NULL);

CREATE TABLE sample (
  smp_id INTEGER PRIMARY KEY,
  smp_no VARCHAR NOT NULL UNIQUE,
  cl_id INTEGER NOT NULL REFERENCES client(cl_id),
  mtx VARCHAR NOT NULL,
  recv_dt DATE NOT NULL,
  due_dt DATE NOT NULL,
  rep_dt DATE,
  prio VARCHAR NOT NULL,
  stat VARCHAR NOT NULL,
  temp_c DECIMAL(4,1),
  price DECIMAL(8,2)
);
COMMENT ON COLUMN sample.mtx IS 'matrix: DW = drinking water, SW = surface water, WW = waste water, SO = soil, FO = food';
COMMENT ON COLUMN sample.rep_dt IS 'day on which the report went out';
COMMENT ON COLUMN sample.prio IS 'N = normal, U = urgent';
COMMENT ON COLUMN sample.stat IS 'W = waiting, A = in analysis, D = done, X = cancelled';
COMMENT ON COLUMN sample.temp_c IS 'temperature on arrival';
INSERT INTO sample
SELECT i, strftime(r, '%y') || '-' || lpad((i*3)::VARCHAR, 5, '0'), cl, m, r, r + CASE p WHEN 'U' THEN 5 ELSE 14 END, CASE WHEN st = 'D' THEN r + CASE p WHEN 'U' THEN 4 + h(i,'rp',4) ELSE 10 + h(i,'rp',8) END END, p, st,
 CASE WHEN h(i,'tn',14)=0 THEN NULL ELSE 2 + h(i,'tc',130)/10 END, 60 + h(i,'pr',38)*5 + CASE p WHEN 'U' THEN 80 ELSE 0 END
FROM (SELECT *, CASE WHEN h(i,'x',24)=0 THEN 'X' WHEN i > 428 THEN 'W' WHEN i > 414 THEN 'A' ELSE 'D' END AS st,
  CASE WHEN sect IN ('W','G') THEN ['DW','DW','SW','WW','SO'][1+h(i,'m',5)] WHEN sect='F' THEN ['FO','FO','FO','DW','WW'][1+h(i,'m',5)] WHEN sect='B' THEN ['SO','SO','WW'][1+h(i,'m',3)] ELSE ['WW','SW','DW'][1+h(i,'m',3)] END AS m
 FROM (SELECT i::INT AS i, 1 + (h(i,'cl',19) * h(i,'cl2',20) // 20 + h(i,'cl3',4)) % 19 AS cl, DATE '2023-01-09' + (i*2.03)::INT + h(i,'rd',4) AS r, CASE WHEN h(i,'u',6)=0 THEN 'U' ELSE 'N' END AS p FROM generate_series(1,440) g(i)) s JOIN client ON cl_id = cl);

CREATE TABLE instr (
  inst_cd VARCHAR PRIMARY KEY,
  kind VARCHAR NOT NULL,
  maker VARCHAR,
  bought DATE NOT NULL,
  cost INTEGER,
  last_cal DATE,
  cal_days INTEGER,
  act INTEGER NOT NULL
);
COMMENT ON COLUMN instr.kind IS 'GC = gas chromatograph, LC = liquid chromatograph, IC = ion chromatograph, MS = ICP mass spectrometer, UV = photometer';
COMMENT ON COLUMN instr.cal_days IS 'calibration interval in days';
COMMENT ON COLUMN instr.act IS '1 = in use, 0 = retired';
INSERT INTO instr VALUES ('GC-01','GC','Agron','2014-03-10',68000,'2024-02-01',180,0),('GC-02','GC','Agron','2019-06-21',82000,'2025-03-03',180,1),('GC-03','GC','Shimoda','2022-01-17',91500,'2024-11-12',180,1),
('LC-01','LC','Waterline','2016-10-05',120000,'2025-05-19',120,1),('LC-02','LC','Agron','2021-04-26',134000,'2025-01-22',120,1),('IC-01','IC','Dionis','2015-07-30',47000,'2024-06-05',365,1),
('IC-02','IC','Dionis','2023-09-11',53500,'2025-04-28',365,1),('MS-01','MS','Thermax','2017-02-14',210000,'2025-06-02',90,1),('MS-02','MS','Agron','2024-05-06',245000,'2025-02-10',90,1),('UV-01','UV','Shimoda','2011-11-03',9500,NULL,NULL,0),('UV-02','UV','Shimoda','2020-08-19',12800,'2024-09-09',365,1);

CREATE TABLE analyst (
  an_cd VARCHAR PRIMARY KEY,
  an_nm VARCHAR NOT NULL,
  sex VARCHAR,
  born DATE,
  joined DATE NOT NULL,
  left_dt DATE,
  lvl VARCHAR NOT NULL,
  boss VARCHAR
);
COMMENT ON COLUMN analyst.lvl IS 'T = technician, C = chemist, S = senior chemist';
COMMENT ON COLUMN analyst.boss IS 'an_cd of the person reported to';
INSERT INTO analyst VALUES ('HAL','Greta Halvorsen','F','1966-04-12','2009-01-01',NULL,'S',NULL),('OKO','Chidi Okonjo','M','1978-09-30','2013-05-01',NULL,'S','HAL'),('BRU','Marie Brunet','F','1984-12-05','2016-02-15',NULL,'C','OKO'),
('LIN','Sofia Lindner','F','1991-07-22','2019-09-01',NULL,'C','OKO'),('WEI','Karl Weiss','M','1962-11-18','2010-03-01','2024-12-31','C','HAL'),('TAN','Mei Tanaka','F','1995-02-27','2021-06-01',NULL,'T','BRU'),
('ROS','Paolo Rossetti','M','1988-06-09','2018-10-15',NULL,'T','BRU'),('FAR','Nadia Farouk','F',NULL,'2022-03-01',NULL,'T','LIN'),('KRA','Jens Kramer','M','1999-08-14','2023-08-01',NULL,'T','LIN'),
('VOS','Eline Vos','F','1973-01-31','2012-11-01','2023-10-31','T','WEI'),('DUB','Alex Dubois',NULL,'2000-05-03','2025-04-01',NULL,'T','BRU');

CREATE TABLE measurement (
  msr_id INTEGER PRIMARY KEY,
  smp_id INTEGER NOT NULL REFERENCES sample(smp_id),
  cmp_id INTEGER NOT NULL REFERENCES compound(cmp_id),
  inst_cd VARCHAR NOT NULL REFERENCES instr(inst_cd),
  an_cd VARCHAR NOT NULL REFERENCES analyst(an_cd),
  msr_dt DATE NOT NULL,
  conc DOUBLE,
  flag VARCHAR,
  dup INTEGER NOT NULL
);
COMMENT ON COLUMN measurement.conc IS 'µg/L for waters, mg/kg for soil and food; NULL = not detected';
COMMENT ON COLUMN measurement.flag IS 'V = valid, Q = questionable, R = rejected; NULL = not yet reviewed';
COMMENT ON COLUMN measurement.dup IS '1 = duplicate determination of the same sample and compound';
INSERT INTO measurement
SELECT i, smp_id, cmp_id, CASE WHEN cls='ME' THEN CASE WHEN d < DATE '2024-05-20' OR h(i,'in',2)=0 THEN 'MS-01' ELSE 'MS-02' END WHEN cls='IN' THEN CASE WHEN h(i,'in',6)=0 THEN 'UV-02' WHEN d < DATE '2023-09-20' OR h(i,'in',5)<2 THEN 'IC-01' ELSE 'IC-02' END
  WHEN cls IN ('PE','DR') THEN ['LC-01','LC-02','LC-02'][1+h(i,'in',3)] ELSE CASE WHEN d < DATE '2024-02-15' AND h(i,'in',4)=0 THEN 'GC-01' ELSE ['GC-02','GC-03'][1+h(i,'in',2)] END END,
 CASE WHEN d > DATE '2024-01-01' THEN ['BRU','LIN','TAN','ROS','ROS','FAR','KRA'][1+h(i,'an',7)] WHEN d < DATE '2023-08-05' THEN ['BRU','LIN','WEI','TAN','ROS','FAR','VOS'][1+h(i,'an',7)] ELSE ['OKO','LIN','WEI','TAN','ROS','FAR'][1+h(i,'an',6)] END,
 d, CASE WHEN r < 0.22 THEN NULL ELSE round(coalesce(base, 40) * f * r ^ 4 * 1.7, 6) END,
 CASE WHEN stat <> 'D' AND h(i,'fl',3) > 0 OR h(i,'fl',60)=1 THEN NULL ELSE ['V','V','V','V','V','V','V','V','V','Q','Q','R'][1+h(i,'flg',12)] END, 0
FROM (SELECT row_number() OVER (ORDER BY smp_id, cmp_id)::INT AS i, *, recv_dt + 1 + h(smp_id,'md' || cls, CASE prio WHEN 'U' THEN 3 ELSE 8 END) AS d, (h(smp_id,'cc' || cmp_id,1000) + h(cl_id,'cb' || cls,160)) / 1160 AS r
 FROM sample JOIN (VALUES ('DW',1.0),('SW',2.0),('WW',6.0),('SO',0.5),('FO',0.2)) q(mtx, f) USING (mtx), cb
 WHERE stat IN ('D','A') AND cmp_id NOT IN (38) AND h(smp_id,'k' || cls,5) < 2 AND h(smp_id,'c' || cmp_id,100) < 27);
INSERT INTO measurement SELECT 3000 + row_number() OVER (ORDER BY msr_id), smp_id, cmp_id, inst_cd, CASE an_cd WHEN 'TAN' THEN 'LIN' ELSE an_cd END, msr_dt + h(msr_id,'dd',2), round(conc * (0.9 + h(msr_id,'du',220) / 1000), 6), CASE WHEN h(msr_id,'df',9)=0 THEN 'Q' ELSE 'V' END, 1
FROM measurement WHERE h(msr_id,'dup',12)=0;
DROP TABLE cb;
