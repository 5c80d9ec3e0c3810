-- ERP extract, Halvorsen Pumpen & Ventile
CREATE TEMP MACRO h(i, s, n) AS (hash(i::BIGINT * 7919 + s * 104729) % n)::INTEGER;

CREATE TABLE plnt_mst (
  plnt_cd VARCHAR PRIMARY KEY, plnt_nm VARCHAR, cty VARCHAR, ctry_cd VARCHAR, opn_yr INTEGER,
  hdct_auth INTEGER, cap_hrs_wk INTEGER, area_sqm INTEGER, cls_dt DATE);
INSERT INTO plnt_mst VALUES
 ('1000','Hamburg Main Works','Hamburg','DE',1961,420,2400,38500,NULL),
 ('1100','Kassel Foundry','Kassel','DE',1974,180,1600,21000,NULL),
 ('1200','Leipzig Assembly','Leipzig','DE',1998,150,1200,17250,NULL),
 ('2000','Aarhus Valve Plant','Aarhus','DK',1985,130,1100,14800,NULL),
 ('3000','Lyon Distribution','Lyon','FR',2006,45,NULL,9600,NULL),
 ('3100','Lille Repair Shop','Lille','FR',1992,28,320,3100,DATE '2024-03-31'),
 ('4000','Brno Castings','Brno','CZ',2011,210,1800,19400,NULL),
 ('5000','Tampere Service Hub','Tampere','FI',2019,22,240,2700,NULL);

CREATE TABLE emp_mst (
  pernr INTEGER PRIMARY KEY, ln_nm VARCHAR, fst_nm VARCHAR, dept_cd VARCHAR, job_ttl VARCHAR, plnt_cd VARCHAR REFERENCES plnt_mst,
  mgr_pernr INTEGER, hire_dt DATE, term_dt DATE, fte_pct INTEGER, sal_ann DECIMAL(10,2), vac_dys_ent INTEGER, vac_dys_tkn INTEGER, sck_dys INTEGER);
INSERT INTO emp_mst
SELECT 20100 + i, ln[i], fn[i],
  CASE WHEN i <= 8 THEN 'MGT' WHEN i <= 18 THEN 'SLS' WHEN i <= 29 THEN 'PRD' WHEN i <= 34 THEN 'PUR' WHEN i <= 38 THEN 'FIN' ELSE 'QA' END,
  CASE WHEN i = 1 THEN 'Managing Director' WHEN i <= 8 THEN 'Plant Manager' WHEN i <= 11 THEN 'Key Account Manager' WHEN i <= 18 THEN 'Sales Representative'
    WHEN i <= 22 THEN 'Shift Supervisor' WHEN i <= 29 THEN 'Machine Operator' WHEN i <= 34 THEN 'Buyer' WHEN i <= 38 THEN 'Accountant' ELSE 'Quality Inspector' END,
  CASE WHEN i = 1 THEN '1000' WHEN i <= 8 THEN ['1000','1100','1200','2000','3000','4000','5000'][i - 1] ELSE ['1000','1000','1100','1200','2000','4000','3000'][h(i, 3, 7) + 1] END,
  CASE WHEN i = 1 THEN NULL WHEN i <= 8 OR i IN (9, 10, 11) THEN 20101 WHEN i <= 18 THEN 20109 + h(i, 4, 3) WHEN i <= 22 THEN 20102 + h(i, 4, 4) WHEN i <= 29 THEN 20119 + h(i, 4, 4) ELSE 20102 + h(i, 4, 3) END,
  DATE '2008-02-01' + h(i, 5, 6200), CASE WHEN i IN (14, 21, 27, 33, 41) THEN DATE '2024-01-31' + h(i, 6, 480) END,
  [100, 100, 100, 80, 100, 50, 75][h(i, 7, 7) + 1], CASE WHEN i = 1 THEN 198000 WHEN i <= 8 THEN 88000 + h(i, 8, 26) * 1100 WHEN i <= 11 THEN 71000 + h(i, 8, 15) * 900 ELSE 36500 + h(i, 8, 31) * 850 END,
  28 + h(i, 9, 3) * 2 - CASE WHEN i > 36 THEN 3 ELSE 0 END, h(i, 10, 29), CASE WHEN h(i, 11, 9) > 0 THEN h(i, 12, 22) END
FROM generate_series(1, 43) g(i),
 (SELECT ['Halvorsen','Brandt','Kessler','Lindqvist','Moreau','Novotna','Peltonen','Schuster','Ahrens','Bakker','Cordes','Dietrich','Engel','Fischer','Gruber','Holm','Ivarsen','Jansen','Krause','Lorenz','Meier','Nygaard','Ortmann','Petit','Quandt','Richter','Svoboda','Thiele','Ulrich','Vogel','Weber','Yilmaz','Zeller','Adler','Busch','Clausen','Dupont','Eklund','Fuchs','Graf','Hansen','Immel','Krause'] ln,
 ['Erik','Sabine','Jonas','Mette','Claire','Jana','Aino','Rolf','Petra','Willem','Henning','Ute','Marcel','Anja','Tobias','Karen','Lars','Hugo','Birgit','Stefan','Gisela','Soren','Dirk','Elodie','Frank','Nadine','Pavel','Ralf','Heike','Oliver','Katrin','Deniz','Volker','Silke','Armin','Niels','Luc','Maja','Bernd','Ilse','Anna','Jochen','Paul'] fn);

CREATE TABLE cust_mst (
  kunnr VARCHAR PRIMARY KEY, cust_nm VARCHAR NOT NULL, cty VARCHAR, ctry_cd VARCHAR, ind_cd VARCHAR, crd_lim DECIMAL(12,2),
  pmt_trm_dys INTEGER, rep_pernr INTEGER, cre_dt DATE, ord_blk VARCHAR, email_inv VARCHAR);
INSERT INTO cust_mst
SELECT 'C' || (40000 + 11 * i)::VARCHAR, nm, cty, cc, ['CHEM','WATR','FOOD','MRNE','ENRG','PHRM'][h(i, 1, 6) + 1],
  CASE WHEN h(i, 2, 8) > 0 THEN 5000 * (1 + h(i, 2, 40)) END, [14, 30, 30, 45, 60][h(i, 3, 5) + 1], CASE WHEN i % 9 > 0 THEN 20109 + h(i, 4, 10) END,
  DATE '2015-03-02' + h(i, 5, 3400), CASE WHEN h(i, 6, 8) = 0 THEN 'X' END, CASE WHEN h(i, 7, 4) > 0 THEN 'invoice@' || lower(split_part(nm, ' ', 1)) || '.example' END
FROM (SELECT row_number() OVER () i, * FROM (VALUES
 ('Stadtwerke Bremen','Bremen','DE'),('Nordsee Chemie','Hamburg','DE'),('Brauerei Altenfels','Kassel','DE'),('Molkerei Gut Linden','Hannover','DE'),
 ('Wasserverband Ems','Emden','DE'),('Rhenus Pharma','Mainz','DE'),('Kraftwerk Lausitz','Cottbus','DE'),('Hafenlogistik Kiel','Kiel','DE'),
 ('Papierfabrik Oelde','Oelde','DE'),('Zuckerwerk Anklam','Anklam','DE'),('Aarhus Vand','Aarhus','DK'),('Fjordmejeri','Esbjerg','DK'),
 ('Odense Skibsservice','Odense','DK'),('Jysk Biogas','Viborg','DK'),('Lyon Eaux Metropole','Lyon','FR'),('Chimie du Rhone','Lyon','FR'),
 ('Laiterie des Alpes','Annecy','FR'),('Port de Lille Services','Lille','FR'),('Sucrerie Picarde','Amiens','FR'),('Vodarny Brno','Brno','CZ'),
 ('Moravske Pivovary','Olomouc','CZ'),('Chemicka Ostrava','Ostrava','CZ'),('Tampereen Vesi','Tampere','FI'),('Suomen Meripalvelu','Turku','FI'),
 ('Kemira Lab Oulu','Oulu','FI'),('Vattenverket Malmo','Malmo','SE'),('Goteborg Varv','Gothenburg','SE'),('Svensk Mejeriteknik','Uppsala','SE'),
 ('Van Dijk Dredging','Rotterdam','NL'),('Zeeland Chemicals','Vlissingen','NL'),('De Groene Brouwer','Utrecht','NL'),('Waterschap Delta','Middelburg','NL'),
 ('Polska Energia Gdansk','Gdansk','PL'),('Mleczarnia Torun','Torun','PL'),('Wien Wasserbau','Vienna','AT'),('Alpen Pharma','Innsbruck','AT'),
 ('Linz Stahl und Energie','Linz','AT'),('Basel Biotech','Basel','CH'),('Bergen Offshore','Bergen','NO'),('Trondheim Kraft','Trondheim','NO')) v(nm, cty, cc));

CREATE TABLE mat_mst (
  matnr VARCHAR PRIMARY KEY, mat_dsc VARCHAR, mtart VARCHAR, matkl VARCHAR, meins VARCHAR, brgew DECIMAL(8,2), ntgew DECIMAL(8,2), std_prc DECIMAL(10,2),
  sls_prc DECIMAL(10,2), lt_dys INTEGER, stk_unr INTEGER, stk_qi INTEGER, stk_blk INTEGER, stk_saf INTEGER, rop_qty INTEGER, abc_ind VARCHAR, lvorm VARCHAR, ersda DATE, last_cnt_dt DATE, hgt_mm INTEGER, lng_mm INTEGER);
COMMENT ON TABLE mat_mst IS 'Material master, one row per material number';
COMMENT ON COLUMN mat_mst.mtart IS 'Material type: FERT finished product, HALB semi-finished, ROH raw material, HAWA trading goods';
COMMENT ON COLUMN mat_mst.matkl IS 'Material group';
COMMENT ON COLUMN mat_mst.meins IS 'Base unit of measure';
COMMENT ON COLUMN mat_mst.brgew IS 'Gross weight, kg per base unit';
COMMENT ON COLUMN mat_mst.ntgew IS 'Net weight, kg per base unit';
COMMENT ON COLUMN mat_mst.std_prc IS 'Standard cost per base unit, EUR';
COMMENT ON COLUMN mat_mst.sls_prc IS 'List sales price, EUR; empty if not sold';
COMMENT ON COLUMN mat_mst.lt_dys IS 'Replenishment lead time in days';
COMMENT ON COLUMN mat_mst.stk_unr IS 'Unrestricted stock';
COMMENT ON COLUMN mat_mst.stk_qi IS 'Stock in quality inspection';
COMMENT ON COLUMN mat_mst.stk_blk IS 'Blocked stock';
COMMENT ON COLUMN mat_mst.stk_saf IS 'Safety stock';
COMMENT ON COLUMN mat_mst.rop_qty IS 'Reorder point';
COMMENT ON COLUMN mat_mst.lvorm IS 'X = flagged for deletion';
COMMENT ON COLUMN mat_mst.ersda IS 'Created on';
COMMENT ON COLUMN mat_mst.last_cnt_dt IS 'Date of last stock count';
INSERT INTO mat_mst
SELECT matkl[1] || '-' || (1000 + 7 * i)::VARCHAR, dsc, mt, matkl, un, w, round(w * (0.86 + h(i, 1, 10) / 100.0), 2), sp,
  CASE WHEN mt IN ('FERT', 'HAWA') THEN round(sp * (1.25 + h(i, 2, 60) / 100.0), 2) END, 5 + h(i, 3, 50), h(i, 4, 420), CASE WHEN h(i, 5, 3) = 0 THEN h(i, 6, 40) ELSE 0 END,
  CASE WHEN h(i, 7, 4) = 0 THEN h(i, 8, 25) ELSE 0 END, 10 + 5 * h(i, 9, 20), 60 + 5 * h(i, 10, 30), ['A','B','B','C','C','C'][h(i, 11, 6) + 1], CASE WHEN h(i, 12, 10) = 0 THEN 'X' END,
  DATE '2012-01-10' + h(i, 13, 4300), CASE WHEN h(i, 14, 6) > 0 THEN DATE '2024-07-01' + h(i, 15, 350) END, CASE WHEN mt <> 'ROH' THEN 40 + h(i, 16, 900) END, CASE WHEN mt <> 'ROH' THEN 60 + h(i, 17, 1500) END
FROM (SELECT row_number() OVER () i, * FROM (VALUES
 ('Centrifugal pump CP-40','FERT','PUMP','EA',38.5,412.0),('Centrifugal pump CP-65','FERT','PUMP','EA',61.0,655.5),('Centrifugal pump CP-100','FERT','PUMP','EA',118.0,1190.0),
 ('Submersible pump SP-20','FERT','PUMP','EA',24.2,298.0),('Submersible pump SP-50','FERT','PUMP','EA',47.9,540.0),('Dosing pump DX-1','FERT','PUMP','EA',9.8,365.0),
 ('Diaphragm pump MP-30','FERT','PUMP','EA',29.4,488.0),('Ball valve DN25','FERT','VALV','EA',2.1,34.8),('Ball valve DN50','FERT','VALV','EA',5.6,71.2),('Butterfly valve DN80','FERT','VALV','EA',7.9,88.0),
 ('Butterfly valve DN150','FERT','VALV','EA',16.3,164.0),('Gate valve DN100','FERT','VALV','EA',22.5,139.0),('Check valve DN50','FERT','VALV','EA',6.2,58.4),('Safety valve SV-10','FERT','VALV','EA',3.4,96.5),
 ('Impeller 40 bronze','HALB','PART','EA',3.2,46.0),('Impeller 65 steel','HALB','PART','EA',5.1,52.5),('Pump housing CP-65','HALB','PART','EA',27.0,148.0),('Shaft 22x310','HALB','PART','EA',1.9,21.4),
 ('Valve body DN50','HALB','PART','EA',3.9,24.6),('Valve disc DN150','HALB','PART','EA',6.8,39.9),('Grey cast iron GJL-250','ROH','METL','KG',1.0,1.35),('Stainless bar 1.4404','ROH','METL','KG',1.0,4.9),
 ('Bronze ingot CuSn10','ROH','METL','KG',1.0,9.2),('EPDM sheet 3 mm','ROH','SEAL','M2',4.1,18.6),('PTFE rod 40 mm','ROH','SEAL','M',2.7,27.3),('Epoxy coating RAL 5010','ROH','COAT','L',1.4,12.1),
 ('Electric motor 4 kW','HAWA','MOTR','EA',34.0,265.0),('Electric motor 11 kW','HAWA','MOTR','EA',79.0,590.0),('Frequency converter 7.5 kW','HAWA','ELEC','EA',5.5,318.0),('Pressure gauge 0-16 bar','HAWA','ELEC','EA',0.4,14.9),
 ('Mechanical seal kit 28 mm','HAWA','SEAL','EA',0.6,43.0),('O-ring set NBR','HAWA','SEAL','EA',0.2,5.8),('Level switch LS-2','HAWA','ELEC','EA',0.9,37.5),('Flange adapter DN80','HAWA','PART','EA',4.4,26.0)) v(dsc, mt, matkl, un, w, sp));

CREATE TABLE ord_hdr (
  vbeln VARCHAR PRIMARY KEY, kunnr VARCHAR REFERENCES cust_mst, ord_typ VARCHAR, ord_dt DATE, req_dlv_dt DATE, stat_cd VARCHAR, chnl_cd VARCHAR, pernr INTEGER, disc_pct DECIMAL(4,1), frt_amt DECIMAL(8,2), cust_po VARCHAR);
COMMENT ON TABLE ord_hdr IS 'Sales order header';
COMMENT ON COLUMN ord_hdr.vbeln IS 'Sales order number';
COMMENT ON COLUMN ord_hdr.ord_typ IS 'OR standard, RO rush order, FD free of charge';
COMMENT ON COLUMN ord_hdr.stat_cd IS 'S1 received, S2 confirmed, S3 partly shipped, S4 shipped in full, S5 invoiced, SX cancelled';
COMMENT ON COLUMN ord_hdr.chnl_cd IS '10 direct, 20 distributor, 30 web shop, 40 phone';
COMMENT ON COLUMN ord_hdr.pernr IS 'Employee who took the order; empty for web orders';
COMMENT ON COLUMN ord_hdr.frt_amt IS 'Freight charged, EUR';
INSERT INTO ord_hdr
SELECT (7000000 + 13 * i)::VARCHAR, 'C' || (40000 + 11 * (1 + (h(i, 1, 37) + h(i, 2, 30)) % 37))::VARCHAR, ['OR','OR','OR','OR','RO','FD'][h(i, 3, 6) + 1], d, d + 5 + h(i, 4, 40),
  CASE WHEN h(i, 5, 12) = 0 THEN 'SX' WHEN d < DATE '2025-03-15' THEN ['S5','S5','S5','S4','S5','S3'][h(i, 6, 6) + 1] ELSE ['S1','S2','S2','S3','S4','S5'][h(i, 6, 6) + 1] END,
  ch, CASE WHEN ch <> '30' THEN 20109 + h(i, 9, 10) END, [0, 0, 0, 2, 3, 5, 7.5][h(i, 10, 7) + 1], CASE WHEN h(i, 11, 3) > 0 THEN 15 + h(i, 12, 160) * 1.5 END, CASE WHEN h(i, 13, 5) > 0 THEN 'PO-' || (1200 + h(i, 14, 8000))::VARCHAR END
FROM (SELECT i, DATE '2023-01-03' + (i * 1.55)::INTEGER + h(i, 15, 9) d, ['10','10','20','20','30','40'][h(i, 8, 6) + 1] ch FROM generate_series(1, 580) g(i));

CREATE TABLE ord_itm (
  vbeln VARCHAR REFERENCES ord_hdr, posnr INTEGER, matnr VARCHAR REFERENCES mat_mst, plnt_cd VARCHAR REFERENCES plnt_mst, qty_ord INTEGER, qty_shp INTEGER, qty_rtn INTEGER,
  unit_prc DECIMAL(10,2), amt_net DECIMAL(12,2), amt_tax DECIMAL(12,2), shp_dt DATE, rtn_rsn VARCHAR, PRIMARY KEY (vbeln, posnr));
COMMENT ON COLUMN ord_itm.plnt_cd IS 'Delivering plant';
COMMENT ON COLUMN ord_itm.amt_net IS 'Net value of the ordered quantity after discount, EUR';
COMMENT ON COLUMN ord_itm.shp_dt IS 'Date shipped; empty while nothing was shipped';
COMMENT ON COLUMN ord_itm.rtn_rsn IS 'R1 wrong item, R2 damaged in transit, R3 defect, R4 ordered too many';
INSERT INTO ord_itm
SELECT vbeln, p * 10, matnr, ['1000','1000','1200','2000','3000','4000'][h(k, 1, 6) + 1], q,
  CASE WHEN stat_cd IN ('S4', 'S5') THEN q WHEN stat_cd = 'S3' THEN CASE WHEN p = 1 THEN (q + 1) // 2 WHEN h(k, 2, 2) = 0 THEN q ELSE 0 END ELSE 0 END qs,
  CASE WHEN rt THEN 1 + h(k, 4, q) ELSE 0 END, up, CASE WHEN ord_typ = 'FD' THEN 0 ELSE round(q * up * (1 - disc_pct / 100), 2) END na, round(na * 0.19, 2),
  CASE WHEN qs > 0 THEN least(ord_dt + 2 + h(k, 5, 38), DATE '2025-06-29') END, CASE WHEN rt THEN ['R1','R2','R3','R3','R4'][h(k, 6, 5) + 1] END
FROM (SELECT *, stat_cd = 'S5' AND h(k, 3, 14) = 0 rt, 1 + h(k, 7, 24) q, round(sls_prc * (0.94 + h(k, 8, 10) / 100.0), 2) up
  FROM (SELECT *, vbeln::INTEGER * 10 + p k FROM ord_hdr, generate_series(1, 4) s(p) WHERE p <= 1 + h(vbeln::INTEGER, 20, 4)) x
  JOIN (SELECT *, row_number() OVER (ORDER BY matnr) - 1 rn FROM mat_mst WHERE sls_prc IS NOT NULL) m ON m.rn = (h(x.vbeln::INTEGER, 21, 20) + (x.p - 1) * (1 + h(x.vbeln::INTEGER, 22, 5))) % 21);

CREATE TABLE vnd_mst (lifnr VARCHAR PRIMARY KEY, vnd_nm VARCHAR, cty VARCHAR, ctry_cd VARCHAR, pmt_trm_dys INTEGER, iso9001 BOOLEAN, rtg VARCHAR, buyer_pernr INTEGER);
INSERT INTO vnd_mst VALUES
 ('V9001','Giesserei Harz','Goslar','DE',30,true,'A',20130),('V9002','Edelstahl Union','Duisburg','DE',45,true,'A',20131),('V9003','Bronzewerk Ulm','Ulm','DE',30,false,'B',20131),
 ('V9004','Dansk Gummi','Aarhus','DK',14,true,'B',20132),('V9005','Polytech Lyon','Lyon','FR',60,true,'C',20134),('V9006','Motory Brno','Brno','CZ',30,true,'A',20130),
 ('V9007','Baltic Drives','Gdansk','PL',45,false,'C',20133),('V9008','Coatings Benelux','Utrecht','NL',30,true,'B',20132),('V9009','Sensorik Jena','Jena','DE',14,true,'A',20134),
 ('V9010','Slevarna Kurim','Kurim','CZ',60,false,'B',20130),('V9011','Nordic Seals','Malmo','SE',30,true,NULL,NULL),('V9012','Helvetia Messtechnik','Basel','CH',30,true,'B',20134);

CREATE TABLE po_itm (
  ebeln VARCHAR, ebelp INTEGER, lifnr VARCHAR REFERENCES vnd_mst, matnr VARCHAR REFERENCES mat_mst, plnt_cd VARCHAR REFERENCES plnt_mst, po_dt DATE, due_dt DATE, rcv_dt DATE,
  qty_ord INTEGER, qty_rcv INTEGER, qty_rej INTEGER, net_prc DECIMAL(10,2), amt_net DECIMAL(12,2), stat VARCHAR, PRIMARY KEY (ebeln, ebelp));
INSERT INTO po_itm
SELECT (4500000 + i // 2)::VARCHAR, 10 * (1 + i % 2), lf, matnr, ['1000','1100','1200','2000','4000'][h(i // 2, 3, 5) + 1], d, d + 10 + h(i, 4, 35) du,
  CASE WHEN st IN ('RCVD', 'PART') THEN least(du - 8 + h(i, 5, 22), DATE '2025-06-28') END, q, CASE st WHEN 'RCVD' THEN q WHEN 'PART' THEN q // 2 ELSE 0 END qr, CASE WHEN qr > 0 AND h(i, 6, 5) = 0 THEN 1 + h(i, 7, greatest(qr // 8, 1)) ELSE 0 END,
  round(std_prc * (0.88 + h(i, 8, 22) / 100.0), 2) np, round(np * q, 2), st
FROM (SELECT i, DATE '2023-01-05' + ((i // 2) * 3.95)::INTEGER d, 'V90' || lpad((1 + h(i // 2, 1, 11))::VARCHAR, 2, '0') lf, 20 + 10 * h(i, 9, 30) q, CASE WHEN h(i, 10, 15) = 0 THEN 'CANC' WHEN i > 415 THEN ['OPEN','OPEN','PART'][h(i, 11, 3) + 1] WHEN h(i, 12, 25) = 0 THEN 'PART' ELSE 'RCVD' END st FROM generate_series(2, 449) g(i))
JOIN (SELECT *, row_number() OVER (ORDER BY matnr) - 1 rn FROM mat_mst WHERE mtart IN ('ROH', 'HAWA')) m ON m.rn = (h(i // 2, 2, 14) + i % 2 * 3) % 14;

CREATE TABLE prd_ord (
  aufnr VARCHAR PRIMARY KEY, matnr VARCHAR REFERENCES mat_mst, plnt_cd VARCHAR REFERENCES plnt_mst, stat_cd VARCHAR, shft_cd VARCHAR, strt_dt_pl DATE, strt_dt_act DATE, fin_dt_pl DATE, fin_dt_act DATE,
  qty_pl INTEGER, qty_yld INTEGER, qty_scr INTEGER, qty_rwk INTEGER, hrs_set DECIMAL(6,1), hrs_mch_pl DECIMAL(6,1), hrs_mch_act DECIMAL(6,1), hrs_lab_pl DECIMAL(6,1), hrs_lab_act DECIMAL(6,1), hrs_dwn DECIMAL(6,1),
  cst_mat_pl DECIMAL(10,2), cst_mat_act DECIMAL(10,2), cst_lab_act DECIMAL(10,2), cst_ovh DECIMAL(10,2), sup_pernr INTEGER);
COMMENT ON TABLE prd_ord IS 'Production orders; _pl = planned, _act = actual. Costs in EUR';
COMMENT ON COLUMN prd_ord.aufnr IS 'Production order number';
COMMENT ON COLUMN prd_ord.stat_cd IS 'CRTD created, REL released, CNF confirmed (finished), TECO technically completed, DLT deleted';
COMMENT ON COLUMN prd_ord.shft_cd IS 'E early, L late, N night';
COMMENT ON COLUMN prd_ord.qty_yld IS 'Good quantity produced';
COMMENT ON COLUMN prd_ord.qty_scr IS 'Scrap quantity';
COMMENT ON COLUMN prd_ord.qty_rwk IS 'Quantity reworked';
COMMENT ON COLUMN prd_ord.hrs_set IS 'Set-up hours';
COMMENT ON COLUMN prd_ord.hrs_mch_act IS 'Actual machine hours';
COMMENT ON COLUMN prd_ord.hrs_lab_act IS 'Actual labour hours';
COMMENT ON COLUMN prd_ord.hrs_dwn IS 'Hours of machine downtime';
COMMENT ON COLUMN prd_ord.cst_ovh IS 'Overhead';
COMMENT ON COLUMN prd_ord.sup_pernr IS 'Supervisor';
INSERT INTO prd_ord
SELECT (1010000 + 3 * i)::VARCHAR, matnr, pl, st, ['E','E','L','L','N'][h(i, 2, 5) + 1], d, CASE WHEN act THEN d + h(i, 3, 5) - 1 END sa, d + 4 + h(i, 4, 12) fp, CASE WHEN st IN ('CNF', 'TECO') THEN fp - 3 + h(i, 5, 10) END,
  q, CASE WHEN st IN ('CNF', 'TECO') THEN q - sc END, CASE WHEN st IN ('CNF', 'TECO') THEN sc END, CASE WHEN st IN ('CNF', 'TECO') THEN h(i, 6, 6) END, CASE WHEN act THEN 0.5 + h(i, 7, 12) * 0.5 END,
  round(q * 0.35 + 1, 1) mp, CASE WHEN act THEN round(mp * (0.85 + h(i, 8, 40) / 100.0), 1) END, round(q * 0.22 + 2, 1) lp, CASE WHEN act THEN round(lp * (0.8 + h(i, 9, 50) / 100.0), 1) END la, CASE WHEN act AND h(i, 10, 3) = 0 THEN 0.5 + h(i, 11, 20) * 0.5 WHEN act THEN 0 END,
  round(q * std_prc * 0.55, 2) cp, CASE WHEN act THEN round(cp * (0.92 + h(i, 12, 20) / 100.0), 2) END, CASE WHEN act THEN round(la * 41.5, 2) END, CASE WHEN act THEN round(la * 18 + 60, 2) END, CASE WHEN h(i, 13, 10) > 0 THEN 20119 + h(i, 14, 4) END
FROM (SELECT *, st IN ('CNF', 'TECO') OR (st = 'REL' AND h(i, 15, 2) = 0) act, h(i, 16, 1 + q // 9) sc FROM (SELECT i, DATE '2023-01-09' + (i * 2.65)::INTEGER d, 20 + 5 * h(i, 17, 24) q, ['1000','1100','1200','2000','4000'][h(i, 18, 5) + 1] pl,
   CASE WHEN h(i, 19, 20) = 0 THEN 'DLT' WHEN i > 325 THEN ['CRTD','REL','REL'][h(i, 20, 3) + 1] WHEN h(i, 21, 3) = 0 THEN 'CNF' ELSE 'TECO' END st FROM generate_series(1, 340) g(i)))
JOIN (SELECT *, row_number() OVER (ORDER BY matnr) - 1 rn FROM mat_mst WHERE mtart IN ('FERT', 'HALB')) m ON m.rn = h(i, 22, 20);
