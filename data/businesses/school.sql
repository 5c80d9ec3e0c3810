-- Northmere education authority: districts, schools, enrolment, meals, tests, staff, inspections
CREATE TEMP MACRO h(i, s, n) AS (hash(i::VARCHAR || ':' || s) % n)::INT;

CREATE TABLE district (
  dist_cd VARCHAR PRIMARY KEY,
  dist_nm VARCHAR NOT NULL,
  county VARCHAR NOT NULL,
  urb_cls VARCHAR,
  supt_nm VARCHAR,
  pop_5_17 INTEGER,
  tax_base DECIMAL(12,1)
);
COMMENT ON COLUMN district.urb_cls IS 'U = urban, S = suburban, R = rural';
COMMENT ON COLUMN district.supt_nm IS 'superintendent; NULL while the post is vacant';
COMMENT ON COLUMN district.pop_5_17 IS 'resident children aged 5 to 17';
COMMENT ON COLUMN district.tax_base IS 'taxable property value, million dollars';
INSERT INTO district VALUES
('AL','Alder Valley','Kessing','R','Joan Prewitt',6120,812.5),
('BR','Brackwater','Kessing','S','Tomas Eberle',11890,2310.0),
('CO','Corrin City','Corrin','U','Denise Okafor',34410,7825.4),
('DU','Dunmore','Corrin','S',NULL,9475,1644.2),
('EA','Eastlake','Marl','S','Philip Rasmus',14260,4120.9),
('FE','Fenwick Hills','Marl','R','Ingrid Salo',4385,590.3),
('GR','Granby','Ostrow','R','Howard Teague',5210,655.0),
('HA','Harrow Point','Ostrow','U','Lucia Ferrante',21730,3980.7),
('IV','Ivory Bay','Ostrow','S','Ken Adachi',NULL,1105.6),
('JU','Juniper Flats','Kessing','R',NULL,1940,201.8);

CREATE TABLE school (
  sch_id INTEGER PRIMARY KEY,
  sch_no VARCHAR NOT NULL UNIQUE,
  sch_nm VARCHAR NOT NULL,
  dist_cd VARCHAR NOT NULL REFERENCES district(dist_cd),
  sch_typ VARCHAR NOT NULL,
  flag_ch INTEGER NOT NULL,
  flag_virt INTEGER,
  stat VARCHAR NOT NULL,
  open_dt DATE,
  clos_dt DATE,
  city VARCHAR,
  zip VARCHAR,
  head_nm VARCHAR,
  tel VARCHAR
);
COMMENT ON TABLE school IS 'every school ever registered, including closed and merged ones';
COMMENT ON COLUMN school.sch_typ IS 'P = primary, M = middle, S = secondary, C = combined (all grades)';
COMMENT ON COLUMN school.flag_ch IS '1 = charter, 0 = district-run';
COMMENT ON COLUMN school.flag_virt IS '1 = teaches mainly online';
COMMENT ON COLUMN school.stat IS 'O = open, C = closed, M = merged into another school';
COMMENT ON COLUMN school.head_nm IS 'head teacher';
INSERT INTO school
WITH nm AS (SELECT ['Ashgrove','Barton Lane','Beacon Hill','Bellweather','Birchmount','Canal Street','Carver','Cedar Bend','Clearbrook','Copperfield',
 'Cotter','Daybreak','Deer Run','Delphine Moss','Eagle Rock','Edgemere','Elm Park','Fairmile','Foundry Road','Garnet','Gilead','Grace Tolliver','Hawthorn','Hazelwood',
 'Highgate','Horizon','Ida Penrose','Inglenook','Jarvis','Kestrel','Kingsmead','Lakeview','Langley','Larkspur','Lighthouse','Linden','Lockhart','Maple Row','Marigold','Meridian',
 'Millbrook','Mossbank','North Quay','Oakley','Old Mill','Orchard','Pinecrest','Prospect','Quarry Hill','Ravenswood','Redfern','Ridgeway','Riverside','Rosalind Cope','Saltmarsh','Sandhurst',
 'Silver Creek','South Quay','Springfield Road','Stanhope','Summit','Thistledown','Tidewater','Trinity','Upland','Vantage','Verdant','Walnut Street','Westbrook','Willow Glen','Windmill','Yarrow'] AS a)
SELECT i, 'N' || (1000 + i*7), a[i] || CASE t WHEN 'P' THEN ' Primary' WHEN 'M' THEN ' Middle School' WHEN 'S' THEN ' High School' ELSE CASE WHEN ch=1 THEN ' Academy' ELSE ' School' END END,
  d, t, ch, CASE WHEN h(i,'virtn',9)=0 THEN NULL WHEN h(i,'virt',11)=0 THEN 1 ELSE 0 END, st,
  od, CASE WHEN st<>'O' THEN DATE '2023-06-30' + h(i,'cl',3)*365 - h(i,'cl2',20) END,
  CASE d WHEN 'CO' THEN 'Corrin' WHEN 'HA' THEN 'Harrow Point' WHEN 'BR' THEN ['Brackwater','Lower Ferry'][1+h(i,'ct',2)] WHEN 'EA' THEN ['Eastlake','Sable','Corrin'][1+h(i,'ct',3)]
    WHEN 'DU' THEN 'Dunmore' WHEN 'AL' THEN ['Alder','Kessing'][1+h(i,'ct',2)] WHEN 'FE' THEN 'Fenwick' WHEN 'GR' THEN ['Granby','Ostrow'][1+h(i,'ct',2)] ELSE 'Ostrow' END,
  (55100 + h(d,'zip',40)*10 + h(i,'z2',4))::VARCHAR,
  CASE WHEN h(i,'hn',10)=0 THEN NULL ELSE ['Alice','Brian','Carmen','David','Esther','Farid','Gloria','Henrik','Irene','Jamal','Karen','Leo'][1+h(i,'h1',12)] || ' ' || ['Abbott','Byrne','Castillo','Drummond','Ellery','Forsyth','Grant','Hollis','Iqbal','Jansen','Kowalski','Lund'][1+h(i,'h2',12)] END,
  CASE WHEN h(i,'tel',12)=0 THEN NULL ELSE '555-' || (2000 + h(i,'t2',7999)) END
FROM (SELECT i::INT AS i, ['AL','BR','BR','CO','CO','CO','CO','CO','DU','DU','EA','EA','EA','FE','GR','HA','HA','HA','HA','IV'][1+h(i,'d',20)] AS d,
  ['P','P','P','P','M','M','S','S','S','C'][1+h(i,'t',10)] AS t, CASE WHEN h(i,'ch',5)=0 OR i IN (4,18) THEN 1 ELSE 0 END AS ch,
  CASE WHEN h(i,'st',13)=0 THEN 'C' WHEN h(i,'st',13)=1 THEN 'M' ELSE 'O' END AS st,
  CASE WHEN h(i,'odn',14)=0 THEN NULL ELSE DATE '1931-09-01' + h(i,'od',88)*365 + h(i,'od2',25) END AS od
  FROM generate_series(1,72) g(i)), nm;

CREATE TABLE enrol (
  sch_id INTEGER NOT NULL REFERENCES school(sch_id),
  sch_yr VARCHAR NOT NULL,
  enr_tot INTEGER NOT NULL,
  enr_f INTEGER,
  n_ell INTEGER,
  n_sen INTEGER,
  n_abs INTEGER,
  PRIMARY KEY (sch_id, sch_yr)
);
COMMENT ON TABLE enrol IS 'head count on 1 October of the school year';
COMMENT ON COLUMN enrol.sch_yr IS 'e.g. 2023/24';
COMMENT ON COLUMN enrol.enr_f IS 'girls';
COMMENT ON COLUMN enrol.n_ell IS 'English language learners';
COMMENT ON COLUMN enrol.n_sen IS 'pupils with special educational needs';
COMMENT ON COLUMN enrol.n_abs IS 'chronically absent pupils; NULL = not reported';
INSERT INTO enrol
SELECT sch_id, yr, tot, tot * (42 + h(sch_id, 'f' || yr, 15)) // 100, CASE WHEN h(sch_id,'ell',16)=0 THEN NULL ELSE tot * h(sch_id,'el' || yr[4:4],28) // 100 END,
  tot * (6 + h(sch_id,'sen',14)) // 100 + h(sch_id,'s' || yr,6), CASE WHEN h(sch_id,'a' || yr,9)=0 THEN NULL ELSE tot * (4 + h(sch_id,'ab',18) + h(sch_id,'ac' || yr,5)) // 100 END
FROM (SELECT sch_id, yr, stat, clos_dt, (CASE sch_typ WHEN 'P' THEN 160 WHEN 'M' THEN 310 WHEN 'S' THEN 520 ELSE 240 END + h(sch_id,'en',420) + h(sch_id,'e' || yr,41) - 20)::INT AS tot
  FROM school, (VALUES ('2022/23',DATE '2022-10-01'),('2023/24',DATE '2023-10-01'),('2024/25',DATE '2024-10-01')) y(yr, d)
  WHERE (clos_dt IS NULL OR clos_dt > d) AND h(sch_id, 'skip' || yr, 30) > 0);

CREATE TABLE meal (
  sch_id INTEGER NOT NULL REFERENCES school(sch_id),
  sch_yr VARCHAR NOT NULL,
  elig_fr INTEGER NOT NULL,
  elig_rd INTEGER NOT NULL,
  avg_srv DECIMAL(7,1),
  prov_cd VARCHAR,
  PRIMARY KEY (sch_id, sch_yr)
);
COMMENT ON COLUMN meal.elig_fr IS 'pupils eligible for free meals';
COMMENT ON COLUMN meal.elig_rd IS 'pupils eligible for reduced-price meals (not counted in elig_fr)';
COMMENT ON COLUMN meal.avg_srv IS 'meals served per school day, average';
COMMENT ON COLUMN meal.prov_cd IS 'K = own kitchen, V = outside vendor, D = delivered from a central kitchen of the district';
INSERT INTO meal
SELECT sch_id, sch_yr, (enr_tot * (8 + h(sch_id,'fr',62) + h(sch_id,'fr' || sch_yr,6)) // 100)::INT, (enr_tot * (2 + h(sch_id,'rd' || sch_yr,11)) // 100)::INT,
  CASE WHEN h(sch_id,'sv' || sch_yr,15)=0 THEN NULL ELSE enr_tot * (35 + h(sch_id,'srv',55)) / 100 + h(sch_id,'sx' || sch_yr,10) / 10 END,
  CASE WHEN h(sch_id,'pv0',18)=0 THEN NULL ELSE ['K','K','V','D','D'][1+h(sch_id,'pv',5)] END
FROM enrol WHERE h(sch_id,'nomeal',12) > 0;

CREATE TABLE test_res (
  sch_id INTEGER NOT NULL REFERENCES school(sch_id),
  sch_yr VARCHAR NOT NULL,
  subj VARCHAR NOT NULL,
  grd INTEGER NOT NULL,
  n_enr INTEGER NOT NULL,
  n_tst INTEGER NOT NULL,
  avg_scr DECIMAL(5,1),
  n_prof INTEGER,
  n_adv INTEGER,
  PRIMARY KEY (sch_id, sch_yr, subj, grd)
);
COMMENT ON TABLE test_res IS 'state tests, one row per school, year, subject and grade';
COMMENT ON COLUMN test_res.subj IS 'MA = mathematics, RE = reading, SC = science';
COMMENT ON COLUMN test_res.n_enr IS 'pupils of the grade who should sit the test';
COMMENT ON COLUMN test_res.n_tst IS 'pupils tested';
COMMENT ON COLUMN test_res.avg_scr IS 'mean scale score, 100 to 400; NULL = withheld';
COMMENT ON COLUMN test_res.n_prof IS 'proficient or better';
COMMENT ON COLUMN test_res.n_adv IS 'advanced (included in n_prof)';
INSERT INTO test_res
SELECT sch_id, sch_yr, s, g, ne, nt, CASE WHEN h(sch_id,'wh' || sch_yr || s,22)=0 THEN NULL ELSE 205 + h(sch_id,'base',60) + h(sch_id, s || sch_yr || g, 350) / 10 - CASE s WHEN 'MA' THEN 9 ELSE 0 END END,
  np, np * (5 + h(sch_id,'adv' || s || sch_yr,35)) // 100
FROM (SELECT *, nt * (22 + h(sch_id,'pr',45) + h(sch_id, 'p' || s || sch_yr || g, 22)) // 100 AS np
 FROM (SELECT *, ne * (82 + h(sch_id,'nt' || sch_yr || s || g, 19)) // 100 AS nt
  FROM (SELECT sch_id, sch_yr, s, g, 12 + enr_tot // 6 + h(sch_id,'ne' || sch_yr || g, 18) AS ne
   FROM enrol JOIN school USING (sch_id), (VALUES ('MA',4),('RE',4),('MA',8),('RE',8),('SC',8),('MA',11),('RE',11),('SC',11)) q(s, g)
   WHERE (sch_typ='C' OR (sch_typ='P' AND g=4) OR (sch_typ='M' AND g=8) OR (sch_typ='S' AND g=11)) AND h(sch_id,'tr' || sch_yr || s, 25) > 0)));

CREATE TABLE teacher (
  tch_id INTEGER PRIMARY KEY,
  sch_id INTEGER REFERENCES school(sch_id),
  fst_nm VARCHAR NOT NULL,
  lst_nm VARCHAR NOT NULL,
  sex VARCHAR,
  born DATE,
  hired DATE NOT NULL,
  left_dt DATE,
  cert VARCHAR,
  fte DECIMAL(3,2),
  sal DECIMAL(9,2),
  mainsubj VARCHAR
);
COMMENT ON COLUMN teacher.sch_id IS 'NULL = supply pool, not tied to a school';
COMMENT ON COLUMN teacher.cert IS 'F = full, P = provisional, E = emergency';
COMMENT ON COLUMN teacher.fte IS '1.00 = full time';
COMMENT ON COLUMN teacher.sal IS 'yearly salary as paid';
COMMENT ON COLUMN teacher.left_dt IS 'NULL = still employed';
INSERT INTO teacher
SELECT i, CASE WHEN h(i,'pool',22)=0 THEN NULL ELSE 1+h(i,'ts',69) END,
 ['Anna','Ben','Clara','Dmitri','Ellen','Frank','Grace','Hugo','Ines','Jonas','Kate','Luis','Maria','Noah','Olga','Peter','Rosa','Samir','Tess','Victor'][1+k],
 ['Abbott','Baines','Carrow','Deluca','Engel','Fielding','Grant','Haddad','Ibsen','Jankovic','Keane','Lindqvist','Moreno','Nwosu','Osborne','Pacheco','Quigley','Rowe','Sato','Tran','Underhill','Vogel','Whitaker','Young'][1+h(i,'l',24)],
 CASE WHEN h(i,'sxn',25)=0 THEN NULL WHEN k%2=0 THEN 'F' ELSE 'M' END, b, hd, CASE WHEN h(i,'lf',8)=0 THEN DATE '2023-01-15' + h(i,'lfd',850) END, c,
 f, round((36000 + (2025-year(hd))*890 + h(i,'sl',9000) - CASE c WHEN 'F' THEN 0 ELSE 3500 END) * f, 2),
 CASE WHEN h(i,'msn',8)=0 THEN NULL ELSE ['Mathematics','Reading','Science','Art','Music','History','Physical Education'][1+h(i,'ms',7)] END
FROM (SELECT i::INT AS i, h(i,'fn',20) AS k, CASE WHEN h(i,'bn',20)=0 THEN NULL ELSE DATE '1959-02-10' + h(i,'b',14600) END AS b,
 greatest(DATE '1996-08-15' + h(i,'hd',26)*365 + h(i,'hd2',45), b + 8300 + h(i,'hd3',400)) AS hd,
 ['F','F','F','F','F','P','P','E'][1+h(i,'c',8)] AS c, [1.00,1.00,1.00,0.80,0.50][1+h(i,'fte',5)] AS f FROM generate_series(1,380) g(i));

CREATE TABLE inspect (
  insp_no VARCHAR PRIMARY KEY,
  sch_id INTEGER NOT NULL REFERENCES school(sch_id),
  insp_dt DATE NOT NULL,
  insp_nm VARCHAR,
  kind VARCHAR NOT NULL,
  mark VARCHAR,
  fup VARCHAR NOT NULL
);
COMMENT ON TABLE inspect IS 'school inspections';
COMMENT ON COLUMN inspect.kind IS 'R = regular, U = unannounced, F = follow-up';
COMMENT ON COLUMN inspect.mark IS 'A (outstanding) to E (failing); NULL = report not yet published';
COMMENT ON COLUMN inspect.fup IS 'Y = a follow-up was ordered';
INSERT INTO inspect
SELECT 'I' || (3000+i), 1+h(i,'is',66), DATE '2023-01-09' + h(i,'id',880), ['M. Oduya','S. Kerrigan','T. Blom','R. Pascoe'][1+h(i,'in',4)],
 ['R','R','R','U','F'][1+h(i,'ik',5)], CASE WHEN h(i,'mk0',14)=0 THEN NULL ELSE ['A','B','B','C','C','C','D','D','E'][1+h(i,'mk',9)] END,
 CASE WHEN h(i,'mk',9) >= 6 AND h(i,'fu',4) > 0 OR h(i,'fu',12)=0 THEN 'Y' ELSE 'N' END
FROM generate_series(1,145) g(i);
