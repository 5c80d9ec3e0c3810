-- courts of the city of Port Calder
CREATE TEMP MACRO h(i, s, n) AS (hash(i::VARCHAR || ':' || s) % n)::INT;

CREATE TABLE court (
  ct_cd VARCHAR PRIMARY KEY,
  ct_nm VARCHAR NOT NULL,
  boro VARCHAR NOT NULL,
  n_rooms INTEGER,
  built INTEGER
);
COMMENT ON COLUMN court.built IS 'year the building was put up';
INSERT INTO court VALUES ('CEN','Central Courthouse','Old Town',14,1908),('HAR','Harbour Court','Docklands',6,1974),('NOR','Northgate Court','Northgate',8,1991),('EAS','East Side Court','Millfield',5,NULL),('FAM','Family Court','Old Town',7,1962),('NIG','Night Court','Docklands',2,2019),('STP','St. Peter Court','Northgate',3,1931);

CREATE TABLE judge (
  jdg_id INTEGER PRIMARY KEY,
  nm VARCHAR NOT NULL,
  sex VARCHAR,
  born DATE,
  appt_dt DATE NOT NULL,
  retd_dt DATE,
  ct_cd VARCHAR REFERENCES court(ct_cd),
  pres INTEGER NOT NULL
);
COMMENT ON COLUMN judge.retd_dt IS 'NULL = still on the bench';
COMMENT ON COLUMN judge.ct_cd IS 'seat; NULL = travelling judge';
COMMENT ON COLUMN judge.pres IS '1 = presiding judge of the court';
INSERT INTO judge VALUES (1,'Adelaide Marsh','F','1961-03-09','2005-09-01',NULL,'CEN',1),(2,'Bernard Quill','M','1958-11-21','2001-02-15','2024-06-30','CEN',0),(3,'Celia Navarro','F','1970-06-14','2013-04-01',NULL,'CEN',0),(4,'Desmond Achebe','M','1975-01-30','2016-10-01',NULL,'CEN',0),
(5,'Eva Lindholm','F','1968-08-02','2010-01-11',NULL,'HAR',1),(6,'Frank Delaney','M','1964-05-25','2008-03-17',NULL,'HAR',0),(7,'Gwen Sutter','F','1979-12-12','2019-07-01',NULL,'NOR',0),(8,'Harold Beck','M','1960-02-08','2003-05-05',NULL,'NOR',1),
(9,'Isabel Roche','F',NULL,'2018-09-03',NULL,'EAS',1),(10,'Julian Marsh','M','1982-04-19','2022-01-10',NULL,'EAS',0),(11,'Karin Oduro','F','1966-10-27','2009-06-01',NULL,'FAM',1),(12,'Leonard Fry','M','1959-07-16','2004-11-15','2025-01-31','FAM',0),
(13,'Miriam Stone','F','1973-09-05','2014-02-03',NULL,'FAM',0),(14,'Nathan Pell','M','1985-03-28','2023-05-01',NULL,'NIG',1),(15,'Oona Reilly','F','1977-11-03','2017-08-14',NULL,NULL,0),(16,'Pavel Hruska','M','1969-01-22','2012-12-03',NULL,NULL,0),(17,'Quentin Vale','M','1980-06-30','2025-03-03',NULL,'STP',1);

CREATE TABLE lawsuit (
  cs_id INTEGER PRIMARY KEY,
  cs_no VARCHAR NOT NULL UNIQUE,
  ct_cd VARCHAR NOT NULL REFERENCES court(ct_cd),
  jdg_id INTEGER REFERENCES judge(jdg_id),
  typ VARCHAR NOT NULL,
  filed DATE NOT NULL,
  closed DATE,
  stat VARCHAR NOT NULL,
  outc VARCHAR,
  jury INTEGER,
  claim DECIMAL(12,2),
  app_of INTEGER
);
COMMENT ON TABLE lawsuit IS 'one row per case';
COMMENT ON COLUMN lawsuit.typ IS 'CR = criminal, TR = traffic, CV = civil, HO = housing, FA = family';
COMMENT ON COLUMN lawsuit.stat IS 'O = open, S = suspended, C = closed';
COMMENT ON COLUMN lawsuit.outc IS 'V = convicted, A = acquitted, D = dismissed, S = settled, P = judgment for the plaintiff, N = judgment for the defendant; NULL = not decided';
COMMENT ON COLUMN lawsuit.jury IS '1 = tried by jury';
COMMENT ON COLUMN lawsuit.claim IS 'amount claimed, civil and housing cases only';
COMMENT ON COLUMN lawsuit.app_of IS 'case against whose outcome this one appeals';
INSERT INTO lawsuit
SELECT i, t || '-' || strftime(f, '%y') || '-' || lpad((i*11 % 900 + 10)::VARCHAR, 4, '0'), c,
 CASE WHEN h(i,'nj',15)=0 THEN NULL ELSE CASE c WHEN 'CEN' THEN CASE WHEN f > DATE '2024-03-01' THEN [1,3,4,15] ELSE [1,2,3,4] END WHEN 'HAR' THEN [5,6,6,16] WHEN 'NOR' THEN [7,8,7,15] WHEN 'EAS' THEN [9,10,10,9] WHEN 'FAM' THEN CASE WHEN f > DATE '2024-09-01' THEN [11,13,13,11] ELSE [11,12,13,13] END ELSE CASE WHEN f < DATE '2023-06-01' THEN [16,16,16,16] ELSE [14,14,14,16] END END[1+h(i,'jg',4)] END,
 t, f, CASE WHEN s='C' THEN f + du END, s,
 CASE WHEN s='C' THEN CASE WHEN t IN ('CR','TR') THEN ['V','V','V','V','A','D','D'][1+h(i,'oc',7)] WHEN t='FA' THEN ['S','P','P','D'][1+h(i,'oc',4)] ELSE ['S','S','P','P','N','D'][1+h(i,'oc',6)] END END,
 CASE WHEN t='CR' THEN CASE WHEN h(i,'ju',3)=0 THEN 1 ELSE 0 END WHEN t='CV' THEN CASE WHEN h(i,'ju',7)=0 THEN 1 ELSE 0 END ELSE 0 END,
 CASE WHEN t='CV' THEN 1500 + h(i,'cl',60)*h(i,'cl2',50)*40 WHEN t='HO' THEN 400 + h(i,'cl',80)*55 END, NULL
FROM (SELECT *, CASE WHEN h(i,'su',22)=0 THEN 'S' WHEN f + du > DATE '2025-06-27' OR h(i,'op',14)=0 THEN 'O' ELSE 'C' END AS s FROM
 (SELECT *, CASE t WHEN 'TR' THEN 12 + h(i,'du',90) WHEN 'CR' THEN 60 + h(i,'du',330) WHEN 'CV' THEN 80 + h(i,'du',420) ELSE 30 + h(i,'du',200) END AS du,
  CASE t WHEN 'FA' THEN 'FAM' WHEN 'TR' THEN ['NIG','NIG','EAS','NOR'][1+h(i,'ct',4)] ELSE ['CEN','CEN','CEN','HAR','HAR','NOR','NOR','EAS'][1+h(i,'ct',8)] END AS c
  FROM (SELECT i::INT AS i, ['CR','CR','CR','TR','TR','TR','CV','CV','HO','FA'][1+h(i,'t',10)] AS t, DATE '2023-01-04' + (i*2.2)::INT + h(i,'fd',5) AS f FROM generate_series(1,405) g(i))));
UPDATE lawsuit SET app_of = (SELECT arg_max(p.cs_id, p.closed) FROM lawsuit p WHERE p.typ = lawsuit.typ AND p.closed < lawsuit.filed AND p.outc IN ('V','P','N')) WHERE cs_id > 120 AND h(cs_id,'ap',14)=0;

CREATE TABLE party (
  pty_id INTEGER PRIMARY KEY,
  nm VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  sex VARCHAR,
  born DATE,
  boro VARCHAR
);
COMMENT ON COLUMN party.kind IS 'P = natural person, C = company, G = public body';
COMMENT ON COLUMN party.boro IS 'borough of residence or seat; NULL = outside the city';
INSERT INTO party
SELECT i, CASE WHEN i=1 THEN 'City of Port Calder' WHEN i=2 THEN 'Calder Housing Authority' WHEN i=3 THEN 'Office of the Prosecutor' WHEN i < 28 THEN ['Meridian','Blue Heron','Castle','Harbourline','Oakfield'][1+i%5] || ' ' || ['Estates','Logistics','Insurance','Builders','Trading','Motors'][1+i%6] || ['',' Ltd'][1+h(i,'ltd',2)]
  ELSE ['Aaron','Beth','Carl','Daisy','Eddie','Fiona','Gus','Helen','Ivan','Josie','Kevin','Lily','Marco','Nell','Oscar','Paula'][1+i%16] || ' ' || ['Ames','Boyle','Crane','Dorsey','Ekwe','Falk','Gentry','Haas','Irwin','Joyce','Knox','Lomax','Marsh','Nolan','Ortega','Price','Quist','Rudd','Sears'][1+i*3%19] END,
 CASE WHEN i <= 3 THEN 'G' WHEN i < 28 THEN 'C' ELSE 'P' END, CASE WHEN i < 28 OR h(i,'sn',18)=0 THEN NULL WHEN i%2=0 THEN 'M' ELSE 'F' END,
 CASE WHEN i < 28 OR h(i,'bn',11)=0 THEN NULL ELSE DATE '1943-05-01' + h(i,'bd',23600) END, CASE WHEN h(i,'wn',9)=0 THEN NULL ELSE ['Old Town','Docklands','Docklands','Northgate','Millfield','Westhaven'][1+h(i,'wo',6)] END
FROM (SELECT i::INT AS i FROM generate_series(1,320) g(i));

CREATE TABLE attorney (
  att_id INTEGER PRIMARY KEY,
  nm VARCHAR NOT NULL,
  firm VARCHAR,
  bar_dt DATE,
  pd INTEGER NOT NULL
);
COMMENT ON COLUMN attorney.bar_dt IS 'admission to the bar';
COMMENT ON COLUMN attorney.pd IS '1 = public defender';
INSERT INTO attorney VALUES (1,'Ruth Abernathy',NULL,'1998-05-11',1),(2,'Colin Draper',NULL,'2011-09-23',1),(3,'Sunita Rao',NULL,'2019-03-04',1),(4,'Walter Finch','Finch & Lowe','1987-10-02',0),(5,'Diane Lowe','Finch & Lowe','1995-06-19',0),(6,'Theo Mercer','Mercer Group','2006-01-16',0),
(7,'Alma Reyes','Mercer Group','2015-11-30',0),(8,'Victor Strand','Strand Legal','2002-04-08',0),(9,'Nina Kovac','Strand Legal','2021-02-22',0),(10,'Peter Obi','Obi Chambers','1999-12-13',0),(11,'Laura Pell','Finch & Lowe','2017-07-07',0),(12,'Simon Gale',NULL,'2009-08-31',0),(13,'Yara Haddad','Harbour Law','2013-03-18',0),
(14,'Tom Brisk','Harbour Law','2022-10-10',0),(15,'Edith Crane','Obi Chambers',NULL,0),(16,'Max Winter',NULL,'2023-09-01',1),(17,'Olga Brandt','Strand Legal','2024-11-15',0);

CREATE TABLE cs_party (
  cs_id INTEGER REFERENCES lawsuit(cs_id),
  pty_id INTEGER REFERENCES party(pty_id),
  role VARCHAR NOT NULL,
  att_id INTEGER REFERENCES attorney(att_id),
  PRIMARY KEY (cs_id, pty_id)
);
COMMENT ON TABLE cs_party IS 'who takes part in which case';
COMMENT ON COLUMN cs_party.role IS 'PL = plaintiff or prosecution, DE = defendant, WI = witness';
COMMENT ON COLUMN cs_party.att_id IS 'NULL = without attorney';
INSERT INTO cs_party
SELECT cs_id, min(pty_id), 'DE', any_value(CASE WHEN typ='CR' THEN CASE WHEN h(cs_id,'an',8)=0 THEN NULL WHEN h(cs_id,'pdf',2)=0 THEN [1,2,2,3][1+h(cs_id,'a1',4)] ELSE 4+h(cs_id,'a2',11) END WHEN h(cs_id,'an',3)=0 THEN NULL ELSE 4+h(cs_id,'a2',11) END)
FROM (SELECT cs_id, typ, CASE WHEN typ IN ('CV') AND h(cs_id,'dc',2)=0 THEN 4+h(cs_id,'d1',24) ELSE 28+h(cs_id,'d2',190) END AS pty_id FROM lawsuit) GROUP BY cs_id;
INSERT INTO cs_party SELECT cs_id, p, 'PL', CASE WHEN p=3 THEN NULL WHEN h(cs_id,'pa0',5)=0 THEN NULL ELSE 4+h(cs_id,'pa',12) END
FROM (SELECT cs_id, CASE typ WHEN 'CR' THEN 3 WHEN 'TR' THEN 1 WHEN 'HO' THEN CASE WHEN h(cs_id,'pl',3)=0 THEN 2 ELSE 4+h(cs_id,'p1',24) END WHEN 'CV' THEN CASE WHEN h(cs_id,'pl',2)=0 THEN 4+h(cs_id,'p1',24) ELSE 30+h(cs_id,'p2',270) END ELSE 220+h(cs_id,'p2',90) END AS p FROM lawsuit) x
WHERE NOT EXISTS (SELECT 1 FROM cs_party c WHERE c.cs_id = x.cs_id AND c.pty_id = x.p);
INSERT INTO cs_party SELECT DISTINCT cs_id, p, 'WI', NULL::INT FROM (SELECT cs_id, 60+h(cs_id,'w' || k,250) AS p FROM lawsuit, (VALUES (1),(2),(3)) g(k) WHERE typ IN ('CR','CV') AND h(cs_id,'wk' || k,3)=0) x WHERE NOT EXISTS (SELECT 1 FROM cs_party c WHERE c.cs_id = x.cs_id AND c.pty_id = x.p);

CREATE TABLE hearing (
  hr_id INTEGER PRIMARY KEY,
  cs_id INTEGER NOT NULL REFERENCES lawsuit(cs_id),
  start_ts TIMESTAMP NOT NULL,
  room VARCHAR,
  kind VARCHAR NOT NULL,
  res VARCHAR,
  mins INTEGER
);
COMMENT ON COLUMN hearing.kind IS 'A = first appearance, M = motion, T = trial, S = sentencing or judgment';
COMMENT ON COLUMN hearing.res IS 'H = held, P = postponed, X = cancelled; NULL = still to come';
COMMENT ON COLUMN hearing.mins IS 'duration in minutes, held hearings only';
INSERT INTO hearing
SELECT row_number() OVER (ORDER BY ts, cs_id), cs_id, ts, CASE WHEN h(cs_id,'rm0' || k,12)=0 THEN NULL ELSE (1+h(cs_id,'rf' || k,3)) || '0' || (1+h(cs_id,'rm',5)) END, kd, r, CASE WHEN r='H' THEN CASE kd WHEN 'T' THEN 60 + h(cs_id,'mi' || k,240) ELSE 10 + h(cs_id,'mi' || k,70) END END
FROM (SELECT *, CASE WHEN ts > TIMESTAMP '2025-06-30 00:00:00' THEN NULL WHEN h(cs_id,'hr' || k,6)=0 THEN 'P' WHEN h(cs_id,'hr' || k,17)=1 THEN 'X' ELSE 'H' END AS r FROM
 (SELECT cs_id, k, CASE WHEN k=1 THEN 'A' WHEN k=n AND stat='C' THEN 'S' ELSE ['M','T'][1+h(cs_id,'hk' || k,2)] END AS kd,
  (filed + 7 + ((coalesce(closed - filed, 210) - 7) * k // (n + CASE WHEN stat='C' THEN 0 ELSE 1 END))::INT)::TIMESTAMP + to_minutes(CASE ct_cd WHEN 'NIG' THEN 1080 + h(cs_id,'st' || k,8)*30 ELSE 510 + h(cs_id,'st' || k,15)*30 END) AS ts
  FROM (SELECT *, CASE typ WHEN 'TR' THEN 1 + h(cs_id,'nh',2) ELSE 1 + h(cs_id,'nh',5) END AS n FROM lawsuit WHERE h(cs_id,'hx',18) > 0), (VALUES (1),(2),(3),(4),(5)) g(k) WHERE k <= n));

CREATE TABLE fine (
  fn_id INTEGER PRIMARY KEY,
  cs_id INTEGER NOT NULL REFERENCES lawsuit(cs_id),
  pty_id INTEGER NOT NULL REFERENCES party(pty_id),
  amt DECIMAL(9,2) NOT NULL,
  imp_dt DATE NOT NULL,
  due_dt DATE NOT NULL,
  waiv INTEGER NOT NULL
);
COMMENT ON COLUMN fine.imp_dt IS 'day imposed';
COMMENT ON COLUMN fine.waiv IS '1 = waived, nothing need be paid';
INSERT INTO fine
SELECT row_number() OVER (ORDER BY closed, cs_id), cs_id, pty_id, CASE typ WHEN 'TR' THEN 40 + h(cs_id,'fa',30)*15 ELSE 200 + h(cs_id,'fa',46)*h(cs_id,'fb',9)*25 END, closed, closed + CASE WHEN h(cs_id,'fd',3)=0 THEN 60 ELSE 30 END, CASE WHEN h(cs_id,'wv',14)=0 THEN 1 ELSE 0 END
FROM lawsuit JOIN cs_party USING (cs_id) WHERE role='DE' AND outc='V' AND (typ='TR' OR h(cs_id,'nf',4) > 0);

CREATE TABLE payment (
  pay_id INTEGER PRIMARY KEY,
  fn_id INTEGER NOT NULL REFERENCES fine(fn_id),
  pay_dt DATE NOT NULL,
  amt DECIMAL(9,2) NOT NULL,
  meth VARCHAR
);
COMMENT ON COLUMN payment.meth IS 'C = cash desk, K = card, T = bank transfer';
INSERT INTO payment
SELECT row_number() OVER (ORDER BY d, fn_id, k), fn_id, d, round(amt / n, 2), CASE WHEN h(fn_id,'mn' || k,20)=0 THEN NULL ELSE ['C','K','K','T','T'][1+h(fn_id,'mt' || k,5)] END
FROM (SELECT fn_id, amt, k, n, imp_dt + 3 + h(fn_id,'pd',45) + (k-1)*28 AS d FROM (SELECT *, CASE WHEN amt > 300 THEN [1,2,4,2][1+h(fn_id,'pn',4)] ELSE 1 END AS n FROM fine WHERE waiv=0 AND h(fn_id,'np',5) > 0), (VALUES (1),(2),(3),(4)) g(k) WHERE k <= n AND NOT (k > 1 AND h(fn_id,'stop',4)=0)) WHERE d <= DATE '2025-06-29';
