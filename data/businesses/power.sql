CREATE TEMP MACRO u(i, salt) AS (hash(i, salt) % 100000) / 100000.0;

CREATE TABLE area (
  area_id INTEGER PRIMARY KEY,
  area_nm VARCHAR NOT NULL,
  rgn_nm VARCHAR NOT NULL,
  grd_km DECIMAL(7,1) NOT NULL,
  ugnd_pct INTEGER
);
COMMENT ON TABLE area IS 'Grid areas';
COMMENT ON COLUMN area.area_nm IS 'Name of the grid area';
COMMENT ON COLUMN area.rgn_nm IS 'Region';
COMMENT ON COLUMN area.grd_km IS 'Length of the lines in km';
COMMENT ON COLUMN area.ugnd_pct IS 'Per cent of the lines underground; NULL: not surveyed';

CREATE TABLE trf (
  trf_id INTEGER PRIMARY KEY,
  trf_nm VARCHAR NOT NULL,
  cust_typ VARCHAR NOT NULL,
  kwh_ct DECIMAL(6,2) NOT NULL,
  bas_eur DECIMAL(7,2) NOT NULL,
  grn_flg BOOLEAN NOT NULL,
  st_dt DATE NOT NULL,
  end_dt DATE,
  prv_trf_id INTEGER REFERENCES trf(trf_id)
);
COMMENT ON TABLE trf IS 'Tariffs';
COMMENT ON COLUMN trf.cust_typ IS 'Who may take it: RES household, SME small business, IND industry';
COMMENT ON COLUMN trf.kwh_ct IS 'Price of a kWh in cents';
COMMENT ON COLUMN trf.bas_eur IS 'Standing charge, EUR a month';
COMMENT ON COLUMN trf.grn_flg IS 'Green electricity';
COMMENT ON COLUMN trf.st_dt IS 'First day of sale';
COMMENT ON COLUMN trf.end_dt IS 'Withdrawn on; NULL: still on sale';
COMMENT ON COLUMN trf.prv_trf_id IS 'The tariff it succeeded; NULL: none';

CREATE TABLE cust (
  cust_id INTEGER PRIMARY KEY,
  cust_nm VARCHAR NOT NULL,
  cust_typ VARCHAR NOT NULL,
  cty_nm VARCHAR NOT NULL,
  eml_adr VARCHAR,
  sgn_dt DATE NOT NULL,
  cxl_dt DATE,
  pay_mth VARCHAR NOT NULL,
  ref_cust_id INTEGER REFERENCES cust(cust_id)
);
COMMENT ON TABLE cust IS 'Customers';
COMMENT ON COLUMN cust.cust_nm IS 'Customer name, unique';
COMMENT ON COLUMN cust.cust_typ IS 'RES household, SME small business, IND industry';
COMMENT ON COLUMN cust.cty_nm IS 'Town';
COMMENT ON COLUMN cust.eml_adr IS 'E-mail; NULL: letters only';
COMMENT ON COLUMN cust.sgn_dt IS 'Signed up on';
COMMENT ON COLUMN cust.cxl_dt IS 'Left us on; NULL: still a customer';
COMMENT ON COLUMN cust.pay_mth IS 'Payment method: DD direct debit, BT bank transfer, CC credit card';
COMMENT ON COLUMN cust.ref_cust_id IS 'Customer who recommended us; NULL: nobody';

CREATE TABLE mtr (
  mtr_id INTEGER PRIMARY KEY,
  mtr_no VARCHAR NOT NULL UNIQUE,
  cust_id INTEGER NOT NULL REFERENCES cust(cust_id),
  area_id INTEGER NOT NULL REFERENCES area(area_id),
  trf_id INTEGER NOT NULL REFERENCES trf(trf_id),
  mtr_typ VARCHAR NOT NULL,
  inst_dt DATE NOT NULL,
  rmv_dt DATE,
  prv_mtr_id INTEGER REFERENCES mtr(mtr_id)
);
COMMENT ON TABLE mtr IS 'Meters';
COMMENT ON COLUMN mtr.mtr_no IS 'Serial number printed on the meter';
COMMENT ON COLUMN mtr.mtr_typ IS 'SM smart, AN analogue, HP heat pump';
COMMENT ON COLUMN mtr.inst_dt IS 'Installed on';
COMMENT ON COLUMN mtr.rmv_dt IS 'Taken out on; NULL: still in place';
COMMENT ON COLUMN mtr.prv_mtr_id IS 'Meter it replaced; NULL: none';

CREATE TABLE rdg (
  rd_id INTEGER PRIMARY KEY,
  mtr_id INTEGER NOT NULL REFERENCES mtr(mtr_id),
  rd_dt DATE NOT NULL,
  rd_kwh INTEGER NOT NULL,
  rd_src VARCHAR NOT NULL
);
COMMENT ON TABLE rdg IS 'Meter readings';
COMMENT ON COLUMN rdg.rd_dt IS 'Day of the reading; consumption counts on this day';
COMMENT ON COLUMN rdg.rd_kwh IS 'kWh used since the reading before';
COMMENT ON COLUMN rdg.rd_src IS 'A sent by the meter, C customer, F field engineer, E estimated';

CREATE TABLE inv (
  inv_id INTEGER PRIMARY KEY,
  cust_id INTEGER NOT NULL REFERENCES cust(cust_id),
  inv_dt DATE NOT NULL,
  due_dt DATE NOT NULL,
  pd_dt DATE,
  inv_amt DECIMAL(10,2) NOT NULL,
  dun_lvl INTEGER NOT NULL
);
COMMENT ON TABLE inv IS 'Invoices';
COMMENT ON COLUMN inv.inv_dt IS 'Date of the invoice; turnover counts on this day';
COMMENT ON COLUMN inv.pd_dt IS 'Paid on; NULL: unpaid. Overdue: unpaid and due_dt has passed; late: paid after due_dt';
COMMENT ON COLUMN inv.inv_amt IS 'EUR';
COMMENT ON COLUMN inv.dun_lvl IS 'Reminders sent so far, 0 to 3';

CREATE TABLE engr (
  engr_id INTEGER PRIMARY KEY,
  engr_nm VARCHAR NOT NULL,
  ld_engr_id INTEGER REFERENCES engr(engr_id),
  rgn_nm VARCHAR NOT NULL,
  hir_dt DATE NOT NULL,
  lft_dt DATE,
  hv_flg BOOLEAN NOT NULL
);
COMMENT ON TABLE engr IS 'Field engineers';
COMMENT ON COLUMN engr.engr_nm IS 'Name, unique';
COMMENT ON COLUMN engr.ld_engr_id IS 'Team leader, a field engineer too; NULL: is head of the field service';
COMMENT ON COLUMN engr.rgn_nm IS 'Home region';
COMMENT ON COLUMN engr.hir_dt IS 'Hired on';
COMMENT ON COLUMN engr.lft_dt IS 'Left on; NULL: still with us';
COMMENT ON COLUMN engr.hv_flg IS 'Certified for high voltage';

CREATE TABLE outg (
  outg_id INTEGER PRIMARY KEY,
  area_id INTEGER NOT NULL REFERENCES area(area_id),
  st_ts TIMESTAMP NOT NULL,
  end_ts TIMESTAMP,
  cs_cd VARCHAR,
  aff_cnt INTEGER NOT NULL,
  engr_id INTEGER REFERENCES engr(engr_id)
);
COMMENT ON TABLE outg IS 'Power outages. Duration: from st_ts to end_ts';
COMMENT ON COLUMN outg.st_ts IS 'Lights off';
COMMENT ON COLUMN outg.end_ts IS 'Lights on again; NULL: still out';
COMMENT ON COLUMN outg.cs_cd IS 'Cause: STORM, EQUIP equipment failure, DIG cable cut by digging, PLAN planned work, TREE, BIRD; NULL: not known';
COMMENT ON COLUMN outg.aff_cnt IS 'Connections without power';
COMMENT ON COLUMN outg.engr_id IS 'Who repaired it; NULL: came back by itself or nobody assigned';

CREATE TABLE vst (
  vst_id INTEGER PRIMARY KEY,
  mtr_id INTEGER NOT NULL REFERENCES mtr(mtr_id),
  engr_id INTEGER NOT NULL REFERENCES engr(engr_id),
  vst_dt DATE NOT NULL,
  vst_rsn VARCHAR NOT NULL,
  dur_min INTEGER,
  ok_flg BOOLEAN NOT NULL
);
COMMENT ON TABLE vst IS 'Visits of field engineers at a meter';
COMMENT ON COLUMN vst.vst_rsn IS 'Reason: Reading, Swap, Fault, Inspection, Disconnection';
COMMENT ON COLUMN vst.dur_min IS 'Minutes on site; NULL: nobody home';
COMMENT ON COLUMN vst.ok_flg IS 'Job done';

INSERT INTO area VALUES
(1,'Dublin North','Leinster',612.4,71),(2,'Dublin South','Leinster',548.9,76),(3,'Kildare','Leinster',934.0,38),(4,'Wicklow Hills','Leinster',1207.5,19),
(5,'Wexford Coast','Leinster',1088.2,24),(6,'Cork City','Munster',497.3,63),(7,'West Cork','Munster',1640.8,11),(8,'Limerick','Munster',803.6,45),
(9,'Kerry','Munster',1522.1,9),(10,'Waterford','Munster',676.7,41),(11,'Galway Bay','Connacht',889.5,33),(12,'Mayo','Connacht',1713.9,7),
(13,'Sligo','Connacht',742.2,NULL),(14,'Donegal','Ulster',1466.0,8),(15,'Cavan','Ulster',951.3,NULL),(16,'Aran Islands','Connacht',58.6,82);

INSERT INTO trf VALUES
(1,'Hearth Standard','RES',27.40,12.50,false,'2022-01-01','2022-12-31',NULL),
(4,'Green Home','RES',29.80,11.90,true,'2022-03-01','2023-08-31',NULL),
(6,'Night Saver','RES',24.60,16.75,false,'2022-01-01',NULL,NULL),
(7,'Heat Pump Flex','RES',22.90,14.20,true,'2022-10-01',NULL,NULL),
(8,'Shopfront','SME',26.10,28.00,false,'2022-01-01','2023-06-30',NULL),
(10,'Green Business','SME',27.75,31.50,true,'2022-06-01',NULL,NULL),
(11,'Industrial Base','IND',19.35,240.00,false,'2022-01-01','2023-12-31',NULL),
(13,'Wind Direct','IND',20.15,195.00,true,'2023-04-01',NULL,NULL),
(14,'EV Night','RES',18.20,19.90,true,'2024-09-01',NULL,NULL),
(15,'Summer Trial','RES',23.30,9.90,false,'2023-05-01','2023-09-30',NULL);
INSERT INTO trf VALUES
(2,'Hearth Standard 23','RES',36.20,13.80,false,'2023-01-01','2023-12-31',1),
(5,'Green Home Plus','RES',31.25,12.40,true,'2023-09-01',NULL,4),
(9,'Shopfront Fix','SME',28.65,26.50,false,'2023-07-01',NULL,8),
(12,'Industrial Index','IND',17.80,265.00,false,'2024-01-01',NULL,11);
INSERT INTO trf VALUES (3,'Hearth Standard 24','RES',30.90,14.40,false,'2024-01-01',NULL,2);

CREATE TEMP TABLE people AS
WITH base AS (
  SELECT i, CASE WHEN u(i, 'ty') < 0.73 THEN 'RES' WHEN u(i, 'ty') < 0.94 THEN 'SME' ELSE 'IND' END AS typ,
    ['Aoife','Brendan','Ciara','Declan','Eimear','Fintan','Grainne','Hugh','Isolde','Jarlath','Kieran','Laoise','Maeve','Niall','Orla','Padraig','Ronan','Sinead','Tadhg','Una','Cormac','Roisin','Eoin'][1 + (i * 5) % 23] AS first,
    ['Brennan','Byrne','Callaghan','Daly','Doyle','Fahy','Fitzgerald','Flynn','Gallagher','Healy','Hogan','Joyce','Kavanagh','Keane','Kelly','Lynch','McGrath','Moran','Nolan','OBrien','OConnor','Quinn','Reilly','Ryan','Sheehan','Sweeney','Tierney','Walsh','Whelan'][1 + (i * 8) % 29] AS last
  FROM range(1, 281) t(i))
SELECT i AS cust_id,
  CASE typ WHEN 'RES' THEN first || ' ' || last WHEN 'SME' THEN last || ' ' || ['Bakery','Pharmacy','Garage','Hairdressing','Guesthouse','Dental','Hardware','Butchers'][1 + i % 8] || CASE WHEN i > 232 THEN ' II' ELSE '' END ELSE ['Atlantic','Shannon','Celtic','Emerald','Slaney','Boyne','Burren','Corrib','Liffey','Erris','Moyle','Nore','Suir','Lagan','Blackwater','Barrow'][1 + i % 16] || ' ' || ['Dairies','Timber','Plastics','Foods','Pharma','Glass','Cement'][1 + i % 7] END AS cust_nm,
  typ AS cust_typ,
  ['Dublin','Dublin','Dublin','Cork','Cork','Galway','Limerick','Waterford','Naas','Bray','Wexford','Tralee','Castlebar','Sligo','Letterkenny','Cavan','Killarney','Bantry'][1 + CAST(floor(18 * power(u(i, 'ct'), 1.3)) AS INTEGER)] AS cty_nm,
  CASE WHEN u(i, 'em') < 0.83 THEN lower(replace(CASE typ WHEN 'RES' THEN first || '.' || last ELSE last || '.office' END, ' ', '')) || i || '@' || ['eircom.ie','gmail.com','outlook.ie'][1 + i % 3] END AS eml_adr,
  DATE '2022-01-01' + CAST(floor(1050 * power(u(i, 'sg'), 1.7)) AS INTEGER) AS sgn_dt,
  CASE WHEN u(i, 'cx') < 0.17 THEN DATE '2022-01-01' + CAST(floor(1050 * power(u(i, 'sg'), 1.7)) AS INTEGER) + CAST(floor((1085 - 1050 * power(u(i, 'sg'), 1.7)) * (0.15 + 0.85 * u(i, 'cd'))) AS INTEGER) END AS cxl_dt,
  CASE WHEN u(i, 'pm') < 0.62 THEN 'DD' WHEN u(i, 'pm') < 0.87 THEN 'BT' ELSE 'CC' END AS pay_mth,
  u(i, 'rf') < 0.24 AS has_ref
FROM base;
INSERT INTO cust SELECT * EXCLUDE (has_ref), NULL FROM people WHERE NOT has_ref ORDER BY cust_id;
INSERT INTO cust
SELECT p.* EXCLUDE (has_ref), (SELECT arg_min(cust_id, (0.02 + u(cust_id, 'pop')) * u(p.cust_id * 1000 + cust_id, 'wh')) FROM people o WHERE NOT o.has_ref AND o.sgn_dt < p.sgn_dt AND o.cust_typ = 'RES' AND u(o.cust_id, 'pop') < 0.4)
FROM people p WHERE has_ref ORDER BY cust_id;
DROP TABLE people;

CREATE TEMP TABLE gear AS
WITH slots AS (SELECT cust_id AS c, cust_typ AS typ, cty_nm, sgn_dt, cxl_dt, k FROM cust, range(1, 5) t(k)
  WHERE u(cust_id, 'nomtr') > 0.03 AND k <= CASE cust_typ WHEN 'RES' THEN CASE WHEN u(cust_id, 'nm') < 0.08 THEN 2 ELSE 1 END WHEN 'SME' THEN 1 + CAST(floor(2.2 * power(u(cust_id, 'nm'), 2)) AS INTEGER) ELSE 1 + CAST(floor(4 * u(cust_id, 'nm')) AS INTEGER) END),
made AS (SELECT *, row_number() OVER (ORDER BY sgn_dt, c, k) AS m FROM slots)
SELECT m, c, typ,
  CASE cty_nm WHEN 'Dublin' THEN 1 + c % 2 WHEN 'Naas' THEN 3 WHEN 'Bray' THEN 4 WHEN 'Wexford' THEN 5 WHEN 'Cork' THEN 6 WHEN 'Bantry' THEN 7 WHEN 'Limerick' THEN 8 WHEN 'Tralee' THEN 9 WHEN 'Killarney' THEN 9 WHEN 'Waterford' THEN 10 WHEN 'Galway' THEN 11 WHEN 'Castlebar' THEN 12 WHEN 'Sligo' THEN 13 WHEN 'Letterkenny' THEN 14 ELSE 15 END AS area,
  CASE WHEN typ = 'RES' AND (k = 2 OR u(m, 'hp') < 0.06) THEN 'HP' WHEN u(m, 'sm') < 0.42 THEN 'SM' ELSE 'AN' END AS mtyp,
  CASE typ WHEN 'RES' THEN CASE WHEN mtyp = 'HP' THEN 7 WHEN u(m, 'tf') < 0.2 THEN 6 WHEN u(m, 'tf') < 0.31 THEN 4 WHEN u(m, 'tf') < 0.47 THEN 5 WHEN u(m, 'tf') < 0.57 THEN 1 WHEN u(m, 'tf') < 0.71 THEN 2 ELSE 3 END
    WHEN 'SME' THEN CASE WHEN u(m, 'tf') < 0.27 THEN 8 WHEN u(m, 'tf') < 0.75 THEN 9 ELSE 10 END ELSE CASE WHEN u(m, 'tf') < 0.3 THEN 11 WHEN u(m, 'tf') < 0.75 THEN 12 ELSE 13 END END AS trf,
  sgn_dt + CAST(floor(24 * u(m, 'in')) AS INTEGER) AS inst, cxl_dt,
  CASE WHEN mtyp = 'AN' AND u(m, 'sw') < 0.33 THEN sgn_dt + 60 + CAST(floor((1000 - (sgn_dt - DATE '2022-01-01')) * u(m, 'sd')) AS INTEGER) END AS swap
FROM made;
INSERT INTO mtr SELECT m, 'E' || (40210 + m * 37), c, area, trf, mtyp, inst, CASE WHEN swap IS NOT NULL AND swap <= DATE '2024-12-10' AND swap < coalesce(cxl_dt, DATE '2025-01-01') THEN swap END, NULL FROM gear ORDER BY m;
INSERT INTO mtr
SELECT (SELECT MAX(mtr_id) FROM mtr) + row_number() OVER (ORDER BY rmv_dt, mtr_id), 'S' || (71300 + mtr_id * 13), cust_id, area_id, trf_id, 'SM', rmv_dt, NULL, mtr_id FROM mtr WHERE rmv_dt IS NOT NULL ORDER BY 1;
DROP TABLE gear;

INSERT INTO rdg
WITH quarters AS (SELECT q, CAST(DATE '2022-04-01' + to_months(CAST(3 * q AS INTEGER)) AS DATE) - 1 AS e FROM range(0, 12) t(q)),
due AS (SELECT mtr_id AS m, mtr_typ, cust_typ, m.cust_id AS c, q, e - CAST(floor(9 * u(m.mtr_id * 100 + q, 'dy')) AS INTEGER) AS d
  FROM mtr m JOIN cust USING (cust_id), quarters
  WHERE d > inst_dt + 25 AND d <= coalesce(rmv_dt, DATE '2024-12-31') AND d <= coalesce(cxl_dt, DATE '2024-12-31') AND u(m.mtr_id * 100 + q, 'sk') > 0.04)
SELECT row_number() OVER (ORDER BY d, m), m, d,
  CAST(round(CASE cust_typ WHEN 'RES' THEN CASE mtr_typ WHEN 'HP' THEN 1500 ELSE 880 END WHEN 'SME' THEN 3600 ELSE 41000 END * (0.45 + 1.4 * power(u(c, 'sz'), 1.6)) * (1 + 0.32 * cos(2 * pi() * (q % 4) / 4.0) * CASE mtr_typ WHEN 'HP' THEN 2 ELSE 1 END) * (0.85 + 0.3 * u(m * 100 + q, 'no')) * (1 - 0.012 * q * (u(c, 'tr') - 0.35))) AS INTEGER),
  CASE WHEN mtr_typ = 'SM' THEN CASE WHEN u(m * 100 + q, 'so') < 0.95 THEN 'A' ELSE 'E' END WHEN u(m * 100 + q, 'so') < 0.54 THEN 'C' WHEN u(m * 100 + q, 'so') < 0.76 THEN 'F' ELSE 'E' END
FROM due ORDER BY 1;

INSERT INTO inv
WITH quarters AS (SELECT q, CAST(DATE '2022-04-01' + to_months(CAST(3 * q AS INTEGER)) AS DATE) - 1 AS e FROM range(0, 12) t(q)),
billed AS (SELECT cust_id AS c, cust_typ, pay_mth, q, cust_id * 100 + q AS i, e - CAST(floor(8 * u(cust_id * 100 + q, 'iv')) AS INTEGER) AS d FROM cust, quarters
  WHERE cust_id IN (SELECT cust_id FROM mtr) AND d > sgn_dt + 20 AND d <= coalesce(cxl_dt + 40, DATE '2024-12-31'))
SELECT row_number() OVER (ORDER BY d, c), c, d, d + 21,
  CASE WHEN u(i, 'np') < CASE pay_mth WHEN 'DD' THEN 0.004 ELSE 0.03 END * (1 + 3 * (u(c, 'bad') < 0.1)::INT) THEN NULL
    WHEN u(i, 'lt') < CASE pay_mth WHEN 'DD' THEN 0.04 WHEN 'BT' THEN 0.29 ELSE 0.13 END + 0.35 * (u(c, 'bad') < 0.1)::INT THEN CASE WHEN d + 22 + CAST(floor(50 * power(u(i, 'ld'), 2)) AS INTEGER) <= DATE '2024-12-31' THEN d + 22 + CAST(floor(50 * power(u(i, 'ld'), 2)) AS INTEGER) END
    WHEN d + 5 + CAST(floor(17 * u(i, 'pd')) AS INTEGER) <= DATE '2024-12-31' THEN d + 5 + CAST(floor(17 * u(i, 'pd')) AS INTEGER) END,
  round(CASE cust_typ WHEN 'RES' THEN 310 WHEN 'SME' THEN 1080 ELSE 7900 END * (0.45 + 1.4 * power(u(c, 'sz'), 1.6)) * (1 + 0.3 * cos(2 * pi() * (q % 4) / 4.0)) * (0.86 + 0.28 * u(i, 'am')) * (CASE WHEN q < 4 THEN 0.9 WHEN q < 8 THEN 1.18 ELSE 1.02 END), 2),
  CASE WHEN u(i, 'np') < CASE pay_mth WHEN 'DD' THEN 0.004 ELSE 0.03 END * (1 + 3 * (u(c, 'bad') < 0.1)::INT) THEN least(3, 1 + q % 3) WHEN u(i, 'lt') < CASE pay_mth WHEN 'DD' THEN 0.04 WHEN 'BT' THEN 0.29 ELSE 0.13 END AND u(i, 'ld') > 0.45 AND d < DATE '2024-10-01' THEN CASE WHEN u(i, 'ld') > 0.8 THEN 2 ELSE 1 END ELSE 0 END
FROM billed ORDER BY 1;

INSERT INTO engr VALUES (1,'Brigid Scanlon',NULL,'Leinster','2022-01-03',NULL,true);
INSERT INTO engr VALUES
(2,'Donal Kehoe',1,'Leinster','2022-01-10',NULL,true),(3,'Nuala Crowley',1,'Munster','2022-02-01',NULL,true),(4,'Martin Geraghty',1,'Connacht','2022-01-17',NULL,false),(5,'Sorcha McGinley',1,'Ulster','2022-06-13',NULL,true);
INSERT INTO engr VALUES
(6,'Paul Furlong',2,'Leinster','2022-01-24',NULL,true),(7,'Anna Zielinska',2,'Leinster','2022-03-14',NULL,false),(8,'Gavin Tuite',2,'Leinster','2022-05-02','2023-10-31',false),(9,'Mark Adebayo',2,'Leinster','2023-02-20',NULL,true),
(10,'Liz Corcoran',2,'Leinster','2023-09-04',NULL,false),(11,'Stephen Roche',2,'Leinster','2024-03-18',NULL,false),(12,'Con Sugrue',3,'Munster','2022-02-14',NULL,true),(13,'Ines Carvalho',3,'Munster','2022-04-25','2024-05-17',true),
(14,'Dan Looney',3,'Munster','2022-09-19',NULL,false),(15,'Helen Twomey',3,'Munster','2023-06-06',NULL,true),(16,'Kevin Prendiville',3,'Munster','2024-01-15',NULL,false),(17,'Rory Mannion',4,'Connacht','2022-02-07',NULL,true),
(18,'Fidelma Ruane',4,'Connacht','2022-10-10','2023-03-24',false),(19,'Tom Hession',4,'Connacht','2023-04-17',NULL,false),(20,'Oisin Bonner',5,'Ulster','2022-06-20',NULL,false),(21,'Jean Smyth',5,'Ulster','2022-11-07','2024-08-30',true),
(22,'Philip Boylan',5,'Ulster','2024-02-12',NULL,false),(23,'Agata Wrona',2,'Leinster','2024-12-09',NULL,false),(24,'Shane Culloty',3,'Munster','2024-12-16',NULL,false);

INSERT INTO outg
WITH w AS (SELECT unnest(range(1, 16)) AS a, unnest([16,9,14,22,19,7,31,12,27,10,17,34,11,25,8]) AS n),
raw AS (SELECT a, k, a * 1000 + k AS i FROM w, range(1, 41) t(k) WHERE k <= n),
timed AS (SELECT *, CASE WHEN u(i, 'cs') < 0.31 THEN 'STORM' WHEN u(i, 'cs') < 0.53 THEN 'EQUIP' WHEN u(i, 'cs') < 0.66 THEN 'TREE' WHEN u(i, 'cs') < 0.79 THEN 'PLAN' WHEN u(i, 'cs') < 0.87 THEN 'DIG' WHEN u(i, 'cs') < 0.91 THEN 'BIRD' END AS cs,
  CASE WHEN u(i, 'cs') < 0.31 AND u(i, 'wi') < 0.75 THEN (ARRAY[DATE '2022-02-16', DATE '2022-11-20', DATE '2023-01-28', DATE '2023-11-10', DATE '2024-01-21', DATE '2024-12-06'])[1 + CAST(floor(6 * power(u(i, 'ev'), 0.8)) AS INTEGER)] + CAST(floor(12 * power(u(i, 'ed'), 2)) AS INTEGER)
    ELSE DATE '2022-01-05' + CAST(floor(1088 * power(u(i, 'dt'), 0.9)) AS INTEGER) END AS d FROM raw),
st AS (SELECT *, d + to_minutes(CAST(floor(1440 * u(i, 'tm')) AS INTEGER)) AS s FROM timed)
SELECT row_number() OVER (ORDER BY s, i), a, s,
  CASE WHEN s > TIMESTAMP '2024-12-18' THEN NULL ELSE s + to_minutes(CAST(12 + CASE cs WHEN 'STORM' THEN 900 WHEN 'EQUIP' THEN 260 WHEN 'TREE' THEN 330 WHEN 'PLAN' THEN 240 WHEN 'DIG' THEN 290 WHEN 'BIRD' THEN 70 ELSE 95 END * power(u(i, 'du'), 2) * (1 + 0.03 * a) + 25 * u(i, 'd2') AS INTEGER)) END,
  cs, CAST(8 + 2600 * power(u(i, 'af'), 4) * (CASE WHEN a IN (1, 2, 6) THEN 2.2 ELSE 1 END) AS INTEGER),
  CASE WHEN cs IS NULL OR cs = 'BIRD' OR s > TIMESTAMP '2024-12-18' THEN NULL ELSE (SELECT arg_min(engr_id, u(i * 100 + engr_id, 'er') * (1 + 0.4 * (engr_id % 3)) * CASE WHEN e.rgn_nm = ar.rgn_nm THEN 1 ELSE 6 END) FROM engr e WHERE engr_id > 1 AND engr_id < 23 AND hir_dt < d AND coalesce(lft_dt, DATE '2025-01-01') > d) END
FROM st JOIN area ar ON area_id = a ORDER BY 1;

INSERT INTO vst
WITH jobs AS (
  SELECT mtr_id AS m, rd_dt AS d, 'Reading' AS rsn FROM rdg WHERE rd_src = 'F'
  UNION ALL SELECT mtr_id, rmv_dt, 'Swap' FROM mtr WHERE rmv_dt IS NOT NULL
  UNION ALL SELECT mtr_id, inst_dt + CAST(floor((coalesce(rmv_dt, DATE '2024-12-20') - inst_dt) * u(mtr_id, 'fd')) AS INTEGER), CASE WHEN u(mtr_id, 'fr') < 0.6 THEN 'Fault' ELSE 'Inspection' END FROM mtr WHERE u(mtr_id, 'fv') < 0.38
  UNION ALL SELECT mtr_id, cxl_dt, 'Disconnection' FROM mtr JOIN cust USING (cust_id) WHERE cxl_dt IS NOT NULL AND rmv_dt IS NULL AND u(mtr_id, 'dc') < 0.7),
numbered AS (SELECT *, row_number() OVER (ORDER BY d, m, rsn) AS v FROM jobs WHERE d <= DATE '2024-12-31'),
manned AS (SELECT v, m, d, rsn, (SELECT arg_min(engr_id, u(v * 100 + engr_id, 've') * (1 + 0.5 * (engr_id % 4)) * CASE WHEN e.rgn_nm = ar.rgn_nm THEN 1 ELSE 25 END) FROM engr e WHERE engr_id > 1 AND engr_id < 24 AND hir_dt <= greatest(d, DATE '2022-01-10') AND coalesce(lft_dt, DATE '2025-01-01') > d) AS e
  FROM numbered JOIN mtr ON mtr_id = m JOIN area ar USING (area_id))
SELECT v, m, e, d, rsn, CASE WHEN rsn <> 'Reading' AND u(v, 'nh') < 0.1 AND rsn <> 'Swap' THEN NULL ELSE CAST(CASE rsn WHEN 'Reading' THEN 8 WHEN 'Swap' THEN 48 WHEN 'Fault' THEN 70 WHEN 'Inspection' THEN 35 ELSE 25 END * (0.6 + 0.9 * u(v, 'mi')) AS INTEGER) END,
  rsn IN ('Reading', 'Swap') OR u(v, 'nh') >= 0.1 AND u(v, 'ok') < 0.86
FROM manned ORDER BY v;
