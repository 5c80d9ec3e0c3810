-- Container terminal; names as in the old mainframe system
CREATE TEMP MACRO h(i, s, n) AS (hash(i * 139 + s) % n)::INTEGER;

CREATE TABLE vsl (imo INTEGER PRIMARY KEY, vnm VARCHAR, flg VARCHAR, loa_m DECIMAL(5,1), cap_teu INTEGER, opr_cd VARCHAR, yr_blt INTEGER);
COMMENT ON TABLE vsl IS 'vessels';
COMMENT ON COLUMN vsl.vnm IS 'vessel name';
COMMENT ON COLUMN vsl.flg IS 'flag state, ISO code';
COMMENT ON COLUMN vsl.cap_teu IS 'capacity in TEU';
COMMENT ON COLUMN vsl.opr_cd IS 'operating line, see lin';
INSERT INTO vsl VALUES
 (9301142,'Boreas Star','LR',294.1,5060,'NRD',2006),(9318870,'Ocean Halcyon','PA',366.0,13100,'HLC',2011),(9402215,'Nordic Merit','DK',222.4,2824,'NRD',2009),
 (9440031,'Tamar Bridge','SG',399.9,20150,'TMB',2018),(9451177,'Gulf Pioneer','MT',260.6,4250,'GPL',2010),(9488802,'Kestrel','CY',140.2,803,'FDX',2007),
 (9501990,'Santa Rufina','LR',333.2,9600,'SRM',2014),(9533321,'Halcyon Dawn','PA',366.0,14000,'HLC',2013),(9550048,'Plover','CY',151.7,1036,'FDX',2008),
 (9580417,'Tamar Reach','SG',368.5,15300,'TMB',2016),(9612200,'Santa Inez','LR',299.9,6900,'SRM',2012),(9644459,'Nordic Vigour','DK',347.0,11000,'NRD',2017),
 (9700123,'Gulf Meridian','MT',335.0,10010,'GPL',2019),(9712388,'Curlew','CY',149.1,974,'FDX',2020),(9777001,'Tamar Spirit','SG',400.0,23600,'TMB',2022),(9810450,'Lady Odile','FR',210.0,2200,NULL,2021),(9823001,'Osprey','NL',178.0,1496,'FDX',2023);

CREATE TABLE lin (opr_cd VARCHAR PRIMARY KEY, opr_nm VARCHAR, ctry VARCHAR, allc VARCHAR, crd_lim DECIMAL(12,2), dem_fr_dy INTEGER);
COMMENT ON TABLE lin IS 'shipping lines (operators)';
COMMENT ON COLUMN lin.allc IS 'alliance the line belongs to, NULL = independent';
COMMENT ON COLUMN lin.dem_fr_dy IS 'days a full import box may stay in the yard free of charge';
INSERT INTO lin VALUES
 ('NRD','Nordlinie','DK','Polar Alliance',2500000,5),('HLC','Halcyon Lines','GR','Azure Pact',1800000,4),('TMB','Tamar Bay Shipping','SG','Azure Pact',4000000,7),
 ('GPL','Gulf Pacific Line','AE',NULL,900000,5),('FDX','Feederex','CY',NULL,350000,3),('SRM','Santa Rufina Maritima','ES','Polar Alliance',1200000,4),('KOR','Korallen Reederei','DE',NULL,NULL,6);

CREATE TABLE brt (brt_no VARCHAR PRIMARY KEY, trm VARCHAR, len_m INTEGER, dpth_m DECIMAL(4,1), n_crn INTEGER, st CHAR(1));
COMMENT ON TABLE brt IS 'berths';
COMMENT ON COLUMN brt.dpth_m IS 'water depth alongside';
COMMENT ON COLUMN brt.n_crn IS 'ship-to-shore cranes';
COMMENT ON COLUMN brt.st IS 'A active, M under maintenance, C closed';
INSERT INTO brt VALUES ('N1','North',410,16.5,5,'A'),('N2','North',380,15.0,4,'A'),('N3','North',240,12.5,2,'M'),('S1','South',420,17.5,6,'A'),('S2','South',350,14.5,3,'A'),('S3','South',180,9.5,1,'A'),('F1','Feeder Quay',170,8.5,1,'A'),('F2','Feeder Quay',160,8.0,1,'C');

CREATE TABLE vcl (
  vcl_id INTEGER PRIMARY KEY, imo INTEGER REFERENCES vsl(imo), brt_no VARCHAR REFERENCES brt(brt_no), voy VARCHAR,
  eta TIMESTAMP, ata TIMESTAMP, atd TIMESTAMP, mv_ld INTEGER, mv_ds INTEGER, plt_yn CHAR(1), cxl_rsn VARCHAR
);
COMMENT ON TABLE vcl IS 'vessel calls';
COMMENT ON COLUMN vcl.eta IS 'announced arrival';
COMMENT ON COLUMN vcl.ata IS 'actual arrival at the berth; NULL = cancelled or still expected';
COMMENT ON COLUMN vcl.atd IS 'actual departure';
COMMENT ON COLUMN vcl.mv_ld IS 'container moves, loading';
COMMENT ON COLUMN vcl.mv_ds IS 'container moves, discharging';
COMMENT ON COLUMN vcl.plt_yn IS 'pilot taken, Y or N';
INSERT INTO vcl
SELECT i, imo, CASE WHEN cxl THEN NULL WHEN loa_m < 160 THEN (['F1','S3','F1'])[1 + h(i, 3, 3)] WHEN loa_m < 300 THEN (['N2','S2','N3','N2'])[1 + h(i, 3, 4)] ELSE (['N1','S1','S1'])[1 + h(i, 3, 3)] END,
  (100 + i)::VARCHAR || (['E','W'])[1 + h(i, 4, 2)], eta,
  CASE WHEN NOT cxl THEN ata END, CASE WHEN NOT cxl AND ata < TIMESTAMP '2025-06-28' THEN ata + INTERVAL (420 + h(i, 8, 600) + cap_teu // 12) MINUTE END,
  CASE WHEN NOT cxl THEN cap_teu // 40 + h(i, 9, 240) END, CASE WHEN NOT cxl THEN cap_teu // 35 + h(i, 10, 260) END,
  CASE WHEN h(i, 11, 5) = 0 THEN 'N' ELSE 'Y' END,
  CASE WHEN cxl THEN (['weather','strike','line request','technical',NULL])[1 + h(i, 13, 5)] END
FROM (SELECT i, v.*, eta, eta + INTERVAL (h(i, 6, 1200) - 240) MINUTE ata, h(i, 7, 15) = 0 cxl
      FROM (SELECT i, 1 + h(i, 1, 16) rn, TIMESTAMP '2023-01-03 06:00:00' + INTERVAL (i * 2380 + h(i, 2, 2300)) MINUTE eta FROM generate_series(1, 545) t(i)) c
      JOIN (SELECT *, row_number() OVER (ORDER BY imo) rn FROM vsl) v USING (rn))
ORDER BY i;

CREATE TABLE iso_ty (iso_cd VARCHAR PRIMARY KEY, dsc VARCHAR, ft INTEGER, rfr BOOLEAN);
COMMENT ON COLUMN iso_ty.ft IS 'length in feet; 20 ft = 1 TEU, 40 and 45 ft = 2 TEU';
COMMENT ON COLUMN iso_ty.rfr IS 'refrigerated';
INSERT INTO iso_ty VALUES ('22G1','20 ft dry',20,false),('42G1','40 ft dry',40,false),('45G1','40 ft high cube',40,false),('L5G1','45 ft high cube',45,false),('22R1','20 ft reefer',20,true),('45R1','40 ft reefer',40,true),('22U1','20 ft open top',20,false),('42P1','40 ft flat rack',40,false);

CREATE TABLE cnt (
  cnt_no VARCHAR PRIMARY KEY, iso_cd VARCHAR REFERENCES iso_ty(iso_cd), opr_cd VARCHAR REFERENCES lin(opr_cd), vcl_in INTEGER REFERENCES vcl(vcl_id), vcl_out INTEGER REFERENCES vcl(vcl_id),
  f_e CHAR(1), wt_kg INTEGER, imdg VARCHAR, dt_in TIMESTAMP, dt_out TIMESTAMP, yd_blk VARCHAR, cus_st CHAR(1)
);
COMMENT ON TABLE cnt IS 'containers handled; one row a stay';
COMMENT ON COLUMN cnt.vcl_in IS 'call that brought the box; NULL = came by truck or rail';
COMMENT ON COLUMN cnt.vcl_out IS 'call that took it away; NULL = left by land or still here';
COMMENT ON COLUMN cnt.f_e IS 'F full, E empty';
COMMENT ON COLUMN cnt.imdg IS 'dangerous goods class, NULL = none';
COMMENT ON COLUMN cnt.dt_out IS 'NULL = still in the yard';
COMMENT ON COLUMN cnt.cus_st IS 'customs status: R released, H on hold, X not checked yet';
INSERT INTO cnt
SELECT (['NRDU','HLCU','TMBU','GPLU','FDXU','SRMU','KORU'])[1 + ln] || (3000000 + i * 3571), (['22G1','45G1','42G1','45G1','22G1','45R1','22R1','L5G1','22U1','42P1','45G1'])[1 + h(i, 22, 11)],
  (['NRD','HLC','TMB','GPL','FDX','SRM','KOR'])[1 + ln],
  CASE WHEN sea THEN vcl_id END, CASE WHEN ot IS NOT NULL AND (NOT sea OR h(i, 23, 4) = 0) THEN (SELECT min(o.vcl_id) FROM vcl o WHERE o.ata >= ot) END,
  f, CASE WHEN f = 'E' THEN 2200 + h(i, 25, 2600) ELSE 5000 + h(i, 25, 25400) END,
  CASE WHEN f = 'F' AND h(i, 26, 12) = 0 THEN (['3','8','9','2.1','4.1'])[1 + h(i, 27, 5)] END,
  it, ot, CASE WHEN h(i, 28, 40) > 0 THEN (['A','B','C','D','R'])[1 + h(i, 29, 5)] || lpad((1 + h(i, 30, 9))::VARCHAR, 2, '0') END,
  CASE WHEN ot IS NOT NULL THEN 'R' ELSE (['R','H','X','X'])[1 + h(i, 31, 4)] END
FROM (SELECT i, vcl_id, h(i, 21, 7) ln, h(i, 32, 5) < 3 sea, CASE WHEN h(i, 24, 4) = 0 THEN 'E' ELSE 'F' END f, it,
        CASE WHEN it + INTERVAL (600 + h(i, 33, 20000)) MINUTE < TIMESTAMP '2025-06-24' AND NOT (it > TIMESTAMP '2025-04-20' AND h(i, 34, 3) > 0) THEN it + INTERVAL (600 + h(i, 33, 20000)) MINUTE END ot
      FROM (SELECT i, 1 + h(i, 20, 514) k FROM generate_series(1, 1500) t(i)) a
      JOIN (SELECT vcl_id, ata + INTERVAL 5 HOUR it, row_number() OVER (ORDER BY vcl_id) k FROM vcl WHERE ata IS NOT NULL) USING (k))
ORDER BY i;

CREATE TABLE gt_trx (trx_id INTEGER PRIMARY KEY, cnt_no VARCHAR REFERENCES cnt(cnt_no), hlr_cd VARCHAR, dir CHAR(1), ts_arr TIMESTAMP, ts_lv TIMESTAMP, ln_no INTEGER, dmg_yn CHAR(1));
COMMENT ON TABLE gt_trx IS 'truck visits at the gate';
COMMENT ON COLUMN gt_trx.hlr_cd IS 'haulier, see hlr';
COMMENT ON COLUMN gt_trx.dir IS 'I delivers a box to the port, O picks one up';
COMMENT ON COLUMN gt_trx.dmg_yn IS 'damage noted at the gate';
INSERT INTO gt_trx
SELECT row_number() OVER (ORDER BY ts, cnt_no, dir), cnt_no, (['TRK1','TRK1','BLU','MIL','ROD','QUI'])[1 + h(k, 41, 6)], dir, ts - INTERVAL (10 + h(k, 42, 110)) MINUTE, ts, 1 + h(k, 43, 6), CASE WHEN h(k, 44, 17) = 0 THEN 'Y' ELSE 'N' END
FROM (SELECT cnt_no, 'I' dir, dt_in ts, hash(cnt_no) % 1000003 k FROM cnt WHERE vcl_in IS NULL AND hash(cnt_no) % 5 > 0
      UNION ALL SELECT cnt_no, 'O', dt_out, hash(cnt_no) % 1000033 + 7 FROM cnt WHERE vcl_out IS NULL AND dt_out IS NOT NULL AND hash(cnt_no) % 6 > 0);

CREATE TABLE hlr (hlr_cd VARCHAR PRIMARY KEY, hlr_nm VARCHAR, cty VARCHAR, n_trk INTEGER, blk_dt DATE);
COMMENT ON TABLE hlr IS 'hauliers';
COMMENT ON COLUMN hlr.n_trk IS 'trucks registered';
COMMENT ON COLUMN hlr.blk_dt IS 'blacklisted since; NULL = in good standing';
INSERT INTO hlr VALUES ('TRK1','Truckers One','Tilbury',64,NULL),('BLU','Blue Axle Haulage','Ipswich',31,NULL),('MIL','Millbrook Transport','Harwich',18,'2025-02-01'),('ROD','Rodgers & Sons','Colchester',7,NULL),('QUI','Quickbox','Ipswich',22,NULL),('ZED','Zed Freight','Norwich',5,'2023-11-15');
