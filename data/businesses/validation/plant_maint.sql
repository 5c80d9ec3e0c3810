CREATE TEMP MACRO r(i, s, n) AS (hash(i::BIGINT * 1000 + s) % n)::INTEGER;

CREATE TABLE T_WRK (WERK VARCHAR PRIMARY KEY, NAM1 VARCHAR, ORT VARCHAR, LKZ VARCHAR);
COMMENT ON TABLE T_WRK IS 'plants';
COMMENT ON COLUMN T_WRK.NAM1 IS 'plant name';
COMMENT ON COLUMN T_WRK.ORT IS 'town';
COMMENT ON COLUMN T_WRK.LKZ IS 'country code';
INSERT INTO T_WRK VALUES
('1000','Bottling Plant Kassel','Kassel','DE'),
('1100','Brewery Plzen','Plzen','CZ'),
('1200','Malt House Graz','Graz','AT'),
('1300','Dairy Site Aalborg','Aalborg','DK'),
('1400','Cold Store Aarhus','Aarhus','DK'),
('1500','Bottling Plant Brno','Brno','CZ'),
('1600','Distribution Centre Fulda','Fulda','DE'),
('1900','Central Workshop','Kassel','DE');

CREATE TABLE EQ_MSTR (
  EQ_NO VARCHAR PRIMARY KEY,
  EQ_TXT VARCHAR,
  EQ_CAT VARCHAR,
  WERK VARCHAR REFERENCES T_WRK(WERK),
  ABC_IND VARCHAR,
  MFR VARCHAR,
  ACQ_VAL DECIMAL(12,2),
  ACQ_DT DATE,
  DEACT_DT DATE,
  SUP_EQ VARCHAR,
  MTR_UOM VARCHAR
);
COMMENT ON TABLE EQ_MSTR IS 'equipment master';
COMMENT ON COLUMN EQ_MSTR.EQ_CAT IS 'P = pump, C = compressor, V = conveyor, F = filler, B = boiler, M = motor';
COMMENT ON COLUMN EQ_MSTR.ABC_IND IS 'criticality: A = production stops, B = capacity reduced, C = minor';
COMMENT ON COLUMN EQ_MSTR.DEACT_DT IS 'date taken out of service; NULL = in service';
COMMENT ON COLUMN EQ_MSTR.SUP_EQ IS 'superior equipment, in which this one is installed';
INSERT INTO EQ_MSTR
SELECT 'E' || (10000 + i * 10), ['Feed','Transfer','Booster','Main','Auxiliary','Standby'][1 + r(i,1,6)] || ' ' || ['pump','compressor','conveyor','filler','boiler','motor'][c] || ' ' || lpad(i::VARCHAR, 2, '0'),
  ['P','C','V','F','B','M'][c], ['1000','1100','1200','1300','1000','1100'][1 + r(i,3,6)], CASE WHEN r(i,4,15) = 0 THEN NULL ELSE ['A','B','B','C','C'][1 + r(i,5,5)] END,
  CASE WHEN r(i,6,20) = 0 THEN NULL ELSE [['Grundmann','Sulpex','Veltri'],['Atmos Werke','Kaisser','Boge & Co'],['Interrolla','Dornbach','Veltri'],['Krohnes','Sidella','KHS Nord'],['Viessner','Bosshard','Loos & Sohn'],['Siemag','ABX','Veltri']][c][1 + r(i,7,3)] END,
  [4200,18500,9700,145000,62000,2600][c] * (70 + r(i,8,80)) / 100.0, DATE '2006-03-01' + r(i,9,6300),
  CASE WHEN r(i,10,9) = 0 THEN DATE '2023-02-01' + r(i,11,800) END,
  CASE WHEN c = 6 AND r(i,12,4) > 0 THEN 'E' || (10000 + (1 + r(i,13,i - 1)) * 10) END,
  CASE WHEN c IN (1,2,6) THEN 'H' WHEN c = 4 THEN 'BTL' END
FROM (SELECT i, 1 + r(i,2,6) AS c FROM generate_series(2, 71) t(i));

CREATE TABLE T_WCTR (WCTR VARCHAR PRIMARY KEY, WC_TXT VARCHAR, WERK VARCHAR, RATE_H DECIMAL(6,2));
COMMENT ON TABLE T_WCTR IS 'maintenance work centres';
COMMENT ON COLUMN T_WCTR.RATE_H IS 'internal rate per hour, EUR';
INSERT INTO T_WCTR VALUES
('MECH-KS','Mechanics Kassel','1000',58.00),('ELEC-KS','Electricians Kassel','1000',64.50),
('MECH-PL','Mechanics Plzen','1100',37.00),('ELEC-PL','Electricians Plzen','1100',41.00),
('MECH-GZ','Mechanics Graz','1200',55.50),('MECH-AA','Mechanics Aalborg','1300',72.00),
('INST-CW','Instrumentation Workshop','1900',69.00),('EXT','External Service',NULL,95.00),
('LUBE-CW','Lubrication Crew','1900',44.00);

CREATE TABLE NTF_H (
  NTF_NO INTEGER PRIMARY KEY,
  NTF_TYP VARCHAR,
  EQ_NO VARCHAR REFERENCES EQ_MSTR(EQ_NO),
  RPT_BY VARCHAR,
  ERDAT DATE,
  MALF_S TIMESTAMP,
  MALF_E TIMESTAMP,
  BRKDN VARCHAR,
  PRIO VARCHAR,
  DMG_CD VARCHAR
);
COMMENT ON TABLE NTF_H IS 'notifications';
COMMENT ON COLUMN NTF_H.NTF_TYP IS 'M1 = malfunction report, M2 = activity report, M3 = maintenance request';
COMMENT ON COLUMN NTF_H.ERDAT IS 'date created';
COMMENT ON COLUMN NTF_H.MALF_S IS 'start of malfunction (M1 only)';
COMMENT ON COLUMN NTF_H.MALF_E IS 'end of malfunction; NULL = still going on (M1 only)';
COMMENT ON COLUMN NTF_H.BRKDN IS 'X = breakdown (the equipment stood still)';
COMMENT ON COLUMN NTF_H.PRIO IS '1 very high … 4 low';
INSERT INTO NTF_H
SELECT 300000 + i, typ, 'E' || (10000 + (2 + r(i,23,70) * (50 + r(i,24,50)) // 100) * 10), ['HBRANDT','JNOVAK','MOLSEN','TKRENN','AZELENY','PVOGEL'][1 + r(i,25,6)], s::DATE,
  CASE WHEN typ = 'M1' THEN s END,
  CASE WHEN typ = 'M1' AND i < 655 AND r(i,26,30) > 0 THEN s + to_minutes(20 + r(i,27,300) * (1 + r(i,28,9))) END,
  CASE WHEN typ = 'M1' AND r(i,29,5) < 2 THEN 'X' END, ['1','2','2','3','3','3','4'][1 + r(i,30,7)],
  CASE WHEN typ <> 'M3' AND r(i,31,7) > 0 THEN ['BRG','LEAK','ELEC','WEAR','CLOG','BRG','LEAK'][1 + r(i,32,7)] END
FROM (SELECT i, ['M1','M1','M1','M2','M3'][1 + r(i,20,5)] AS typ, TIMESTAMP '2023-01-03 05:00:00' + to_hours((i * 905 // 660 * 24 + r(i,21,18))::INTEGER) + to_minutes(r(i,22,60)) AS s FROM generate_series(1, 660) t(i));

CREATE TABLE C_DMG (DMG_CD VARCHAR PRIMARY KEY, DMG_TXT VARCHAR);
INSERT INTO C_DMG VALUES ('BRG','Bearing damage'),('LEAK','Leakage'),('ELEC','Electrical fault'),('WEAR','Wear'),('CLOG','Clogging'),('CORR','Corrosion'),('VIBR','Excessive vibration'),('MISC','Other');

CREATE TABLE ORD_H (
  AUFNR INTEGER PRIMARY KEY,
  AUART VARCHAR,
  NTF_NO INTEGER REFERENCES NTF_H(NTF_NO),
  EQ_NO VARCHAR REFERENCES EQ_MSTR(EQ_NO),
  WCTR VARCHAR REFERENCES T_WCTR(WCTR),
  GSTRP DATE,
  GLTRP DATE,
  TECO_DT DATE,
  STAT VARCHAR,
  PLN_H DECIMAL(6,1),
  PLN_CST DECIMAL(10,2)
);
COMMENT ON TABLE ORD_H IS 'maintenance orders';
COMMENT ON COLUMN ORD_H.AUFNR IS 'order number';
COMMENT ON COLUMN ORD_H.AUART IS 'order type: PM01 = corrective, PM02 = preventive, PM03 = refurbishment';
COMMENT ON COLUMN ORD_H.NTF_NO IS 'notification that led to the order, NULL for planned work';
COMMENT ON COLUMN ORD_H.WCTR IS 'responsible work centre';
COMMENT ON COLUMN ORD_H.GSTRP IS 'basic start date';
COMMENT ON COLUMN ORD_H.GLTRP IS 'basic finish date (due date)';
COMMENT ON COLUMN ORD_H.TECO_DT IS 'date of technical completion';
COMMENT ON COLUMN ORD_H.STAT IS 'CRTD = created, REL = released, TECO = technically complete, CLSD = closed, DLFL = deletion flag';
INSERT INTO ORD_H
SELECT 4000000 + i, typ, CASE WHEN typ = 'PM01' THEN n.NTF_NO END, coalesce(CASE WHEN typ = 'PM01' THEN n.EQ_NO END, 'E' || (10000 + (2 + r(i,43,70)) * 10)),
  CASE WHEN r(i,44,30) = 0 THEN NULL ELSE ['MECH-KS','ELEC-KS','MECH-PL','ELEC-PL','MECH-GZ','MECH-AA','INST-CW','EXT'][1 + r(i,45,8)] END,
  d, d + 2 + r(i,46,20), CASE WHEN st IN ('TECO','CLSD') THEN least(d + 1 + r(i,47,34), DATE '2025-06-29') END, st, 1 + r(i,48,70) / 2.0, 80 + r(i,49,900) * (1 + r(i,50,6))
FROM (SELECT i, ['PM01','PM01','PM01','PM02','PM02','PM03'][1 + r(i,40,6)] AS typ, (DATE '2023-01-10' + (i * 898 // 560)::INTEGER) AS d,
    CASE WHEN i > 525 THEN ['CRTD','REL','REL','DLFL'][1 + r(i,41,4)] ELSE ['TECO','CLSD','CLSD','CLSD','CLSD','REL','CLSD','DLFL','TECO','CLSD','CLSD','CLSD'][1 + r(i,42,12)] END AS st FROM generate_series(1, 560) t(i)) o
LEFT JOIN NTF_H n ON n.NTF_NO = 300000 + greatest(1, i * 655 // 560);

CREATE TABLE CONF_T (
  RUECK INTEGER,
  AUFNR INTEGER REFERENCES ORD_H(AUFNR),
  PERNR INTEGER,
  BUDAT DATE,
  ISM_H DECIMAL(5,2),
  WCTR VARCHAR,
  STOKZ VARCHAR
);
COMMENT ON TABLE CONF_T IS 'time confirmations on orders';
COMMENT ON COLUMN CONF_T.PERNR IS 'technician (personnel number)';
COMMENT ON COLUMN CONF_T.BUDAT IS 'posting date';
COMMENT ON COLUMN CONF_T.ISM_H IS 'hours actually worked';
COMMENT ON COLUMN CONF_T.WCTR IS 'work centre that did the work; may differ from the responsible one';
COMMENT ON COLUMN CONF_T.STOKZ IS 'X = reversed, does not count';
INSERT INTO CONF_T
SELECT 9000000 + row_number() OVER (ORDER BY AUFNR, k), AUFNR, 7000 + r(x,61,11), least(GSTRP + r(x,62,15), DATE '2025-06-29'), 0.5 + r(x,63,30) * 0.25,
  CASE WHEN r(x,64,5) = 0 OR WCTR IS NULL THEN ['MECH-KS','ELEC-PL','INST-CW','EXT'][1 + r(x,65,4)] ELSE WCTR END, CASE WHEN r(x,66,14) = 0 THEN 'X' END
FROM (SELECT *, AUFNR * 10 + k AS x FROM ORD_H, generate_series(1, 4) g(k) WHERE STAT IN ('TECO','CLSD','REL') AND k <= r(AUFNR, 60, 5));

CREATE TABLE RESB_M (AUFNR INTEGER REFERENCES ORD_H(AUFNR), POSNR INTEGER, MATNR VARCHAR, MENGE DECIMAL(8,1), EINH VARCHAR, PREIS DECIMAL(8,2), POSTP VARCHAR);
COMMENT ON TABLE RESB_M IS 'materials used on orders';
COMMENT ON COLUMN RESB_M.MENGE IS 'quantity';
COMMENT ON COLUMN RESB_M.PREIS IS 'price per unit, EUR';
COMMENT ON COLUMN RESB_M.POSTP IS 'L = from stock, N = bought for the order';
INSERT INTO RESB_M
SELECT AUFNR, k * 10, m.nr, CASE WHEN m.u = 'ST' THEN 1 + r(x,72,6) ELSE 0.5 + r(x,72,40) / 2.0 END, m.u, round(m.p * (90 + r(x,73,25)) / 100.0, 2), CASE WHEN r(x,74,4) = 0 THEN 'N' ELSE 'L' END
FROM (SELECT *, AUFNR * 10 + k AS x FROM ORD_H, generate_series(1, 3) g(k) WHERE STAT IN ('TECO','CLSD','REL') AND k <= r(AUFNR, 70, 4))
JOIN (VALUES (0,'BEAR-6205','ST',14.8),(1,'SEAL-40','ST',37.5),(2,'VBELT-A68','ST',22.1),(3,'OIL-VG46','L',6.4),(4,'GREASE-2','KG',11.9),(5,'FUSE-10A','ST',1.85),(6,'VALVE-DN50','ST',212.0),(7,'GASKET-S','M2',48.0)) m(id, nr, u, p) ON m.id = r(x,71,8);

CREATE TABLE MPLN (PLNNR VARCHAR PRIMARY KEY, EQ_NO VARCHAR, INTV_D INTEGER, LST_DT DATE, NXT_DT DATE, TXT VARCHAR);
COMMENT ON TABLE MPLN IS 'preventive maintenance plans';
COMMENT ON COLUMN MPLN.INTV_D IS 'interval in days';
INSERT INTO MPLN
SELECT 'MP' || lpad(i::VARCHAR, 3, '0'), 'E' || (10000 + (2 + r(i,81,62)) * 10), iv, CASE WHEN l > DATE '2024-06-01' THEN l END, coalesce(CASE WHEN l > DATE '2024-06-01' THEN l END, DATE '2025-05-01') + iv, ['Lubrication','Inspection','Safety check','Overhaul','Calibration'][1 + r(i,84,5)]
FROM (SELECT i, [30,90,180,365][1 + r(i,82,4)] AS iv, DATE '2025-06-25' - r(i,83,420) AS l FROM generate_series(1, 48) t(i));
