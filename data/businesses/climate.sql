-- Weather stations and air quality network
CREATE TEMP MACRO h(i, s, n) AS (hash(i::BIGINT * 4813 + s * 77017) % n)::INTEGER;

CREATE TABLE dim_rgn (rgn_cd VARCHAR PRIMARY KEY, rgn_nm VARCHAR, pop_k INTEGER, area_km2 INTEGER, frst_pct DECIMAL(4,1), cap_cty VARCHAR);
INSERT INTO dim_rgn VALUES ('CST','Coastal Plain',2140,8300,12.5,'Port Averil'),('VAL','Orma Valley',980,5650,28.0,'Ormabridge'),('HGH','Kelder Highlands',310,7420,51.3,'Kelderburg'),('LAK','Lake District',265,4180,44.9,'Sennwater'),
 ('IND','Ruhmer Basin',1730,2960,9.8,'Ruhmstadt'),('STP','Eastern Steppe',190,11240,4.2,'Tallgrass'),('FOR','Great Forest',120,6890,78.6,NULL),('ISL','Skerry Islands',48,610,6.1,'Skerry Town');

CREATE TABLE dim_site (
  site_cd VARCHAR PRIMARY KEY, site_nm VARCHAR, rgn_cd VARCHAR REFERENCES dim_rgn, lat DECIMAL(7,4), lon DECIMAL(7,4), elv_m INTEGER, net_cd VARCHAR, env_cd VARCHAR, opn_dt DATE, cls_dt DATE, wmo_no INTEGER, own_cd VARCHAR, pwr_cd VARCHAR);
COMMENT ON TABLE dim_site IS 'Measuring sites';
COMMENT ON COLUMN dim_site.net_cd IS 'W weather only, A air quality only, B both';
COMMENT ON COLUMN dim_site.env_cd IS 'UT urban traffic, UB urban background, SU suburban, RU rural, IN industrial, MT mountain';
COMMENT ON COLUMN dim_site.elv_m IS 'Elevation above sea level, m';
COMMENT ON COLUMN dim_site.wmo_no IS 'International (WMO) station number, if assigned';
COMMENT ON COLUMN dim_site.own_cd IS 'NWS national weather service, EPA environment agency, CTY city, UNI university';
COMMENT ON COLUMN dim_site.pwr_cd IS 'GRD grid, SOL solar, BAT battery';
INSERT INTO dim_site VALUES
 ('AVP','Averil Port','CST',52.1140,4.2215,4,'B','UB',DATE '1951-01-01',NULL,10112,'NWS','GRD'),('AVR','Averil Ring Road','CST',52.1022,4.2630,7,'A','UT',DATE '2003-05-12',NULL,NULL,'CTY','GRD'),('DUN','Dunmere Beach','CST',52.3310,4.1077,2,'W','RU',DATE '1978-06-01',NULL,10117,'NWS','SOL'),
 ('ORB','Ormabridge Centre','VAL',51.7405,5.0318,88,'B','UB',DATE '1962-04-01',NULL,10204,'NWS','GRD'),('ORT','Ormabridge Tunnel Street','VAL',51.7461,5.0402,91,'A','UT',DATE '2008-09-15',NULL,NULL,'CTY','GRD'),('WIL','Willow Weir','VAL',51.6833,5.1109,74,'W','RU',DATE '1989-10-01',NULL,NULL,'UNI','BAT'),
 ('KEL','Kelderburg','HGH',51.2217,5.9104,540,'B','SU',DATE '1949-01-01',NULL,10310,'NWS','GRD'),('HOR','Mount Horn','HGH',51.1502,6.0255,1712,'W','MT',DATE '1937-07-01',NULL,10311,'NWS','SOL'),('PAS','Grey Pass','HGH',51.1810,6.1033,1185,'W','MT',DATE '1995-11-20',NULL,NULL,'UNI','SOL'),
 ('SEN','Sennwater','LAK',51.4920,6.4471,312,'B','SU',DATE '1971-03-01',NULL,10402,'NWS','GRD'),('LOO','Loon Point','LAK',51.5211,6.5208,305,'W','RU',DATE '2012-05-04',NULL,NULL,'UNI','SOL'),('RUS','Ruhmstadt South','IND',51.0104,5.4419,132,'B','IN',DATE '1966-01-01',NULL,10501,'EPA','GRD'),
 ('RUM','Ruhmstadt Market','IND',51.0233,5.4502,128,'A','UT',DATE '1999-02-01',NULL,NULL,'CTY','GRD'),('STE','Steelgate Works','IND',50.9871,5.4988,140,'A','IN',DATE '2001-07-10',NULL,NULL,'EPA','GRD'),('COK','Old Coking Plant','IND',50.9720,5.5104,137,'A','IN',DATE '1988-04-18',DATE '2024-02-29',NULL,'EPA','GRD'),
 ('TAL','Tallgrass Airfield','STP',51.3390,7.6140,196,'B','RU',DATE '1955-08-01',NULL,10603,'NWS','GRD'),('WND','Windfall Ridge','STP',51.4015,7.8802,268,'W','RU',DATE '2016-09-09',NULL,NULL,'UNI','SOL'),('DEE','Deepwood','FOR',50.8466,6.7701,421,'B','RU',DATE '1984-05-15',NULL,NULL,'EPA','SOL'),
 ('FIR','Firtop Lookout','FOR',50.8011,6.8424,903,'W','MT',DATE '1960-06-01',DATE '2024-10-31',10702,'NWS','BAT'),('SKT','Skerry Town','ISL',52.8804,3.6021,11,'W','SU',DATE '1958-01-01',NULL,10801,'NWS','GRD'),('LHT','North Lighthouse','ISL',52.9470,3.5588,32,'W','RU',DATE '1932-01-01',NULL,10802,'NWS','SOL'),
 ('NEW','Harbour East','CST',52.1209,4.2951,5,'A','SU',DATE '2025-05-20',NULL,NULL,'EPA','GRD');

CREATE TABLE dim_prm (prm_cd VARCHAR PRIMARY KEY, prm_nm VARCHAR, unt VARCHAR, lim_dy DECIMAL(6,1), lim_yr DECIMAL(6,1), who_dy DECIMAL(6,1));
COMMENT ON TABLE dim_prm IS 'Measured pollutants';
COMMENT ON COLUMN dim_prm.lim_dy IS 'Legal limit for the daily mean';
COMMENT ON COLUMN dim_prm.lim_yr IS 'Legal limit for the annual mean';
COMMENT ON COLUMN dim_prm.who_dy IS 'WHO guideline for the daily mean';
INSERT INTO dim_prm VALUES ('PM10','Particulate matter under 10 µm','µg/m³',50,40,45),('PM25','Fine particulate matter under 2.5 µm','µg/m³',NULL,25,15),('NO2','Nitrogen dioxide','µg/m³',NULL,40,25),('O3','Ozone','µg/m³',120,NULL,100),
 ('SO2','Sulphur dioxide','µg/m³',125,20,40),('CO','Carbon monoxide','mg/m³',10,NULL,4),('BENZ','Benzene','µg/m³',NULL,5,NULL),('NH3','Ammonia','µg/m³',NULL,NULL,NULL);

CREATE TABLE snsr (snsr_id VARCHAR PRIMARY KEY, site_cd VARCHAR REFERENCES dim_site, prm_cd VARCHAR REFERENCES dim_prm, mfr_nm VARCHAR, mdl VARCHAR, inst_dt DATE, rmv_dt DATE, lst_cal_dt DATE, cal_int_mth INTEGER, prc_eur INTEGER, stat VARCHAR);
INSERT INTO snsr
SELECT site || '-' || prm, site, prm, m, CASE m WHEN 'Aerotec' THEN 'AX-' WHEN 'Lumen Instruments' THEN 'L' ELSE 'Q ' END || (100 + 50 * h(i, 2, 8))::VARCHAR, DATE '2014-02-03' + h(i, 3, 3200), CASE WHEN site = 'COK' THEN DATE '2024-02-29' END,
  CASE WHEN site = 'COK' THEN DATE '2023-09-14' WHEN h(i, 40, 5) > 0 THEN DATE '2024-03-01' + h(i, 5, 470) END, [6, 6, 12, 3][h(i, 6, 4) + 1], 2400 + 150 * h(i, 7, 80), CASE WHEN site = 'COK' THEN 'RETIRED' WHEN h(i, 8, 7) = 0 THEN 'FAULT' ELSE 'OK' END
FROM (SELECT i, p[1] site, p[2] prm, ['Aerotec','Lumen Instruments','Quantair'][h(i, 1, 3) + 1] m FROM (SELECT row_number() OVER () i, p FROM (SELECT unnest([['AVP','PM10'],['AVP','O3'],['AVR','PM10'],['AVR','NO2'],['ORB','PM25'],['ORB','O3'],['ORT','NO2'],['ORT','PM10'],['KEL','O3'],['SEN','PM25'],['RUS','PM10'],['RUS','SO2'],['RUM','NO2'],['RUM','PM25'],['STE','PM10'],['STE','SO2'],['COK','SO2'],['COK','PM10'],['TAL','O3'],['DEE','PM25'],['NEW','NO2'],['STE','BENZ']]) p)));

CREATE TABLE fct_aq (rdg_id INTEGER PRIMARY KEY, snsr_id VARCHAR REFERENCES snsr, rdg_dt DATE, val_avg DECIMAL(7,1), val_max_h DECIMAL(7,1), val_min_h DECIMAL(7,1), hr_ct INTEGER, qc_cd VARCHAR);
COMMENT ON TABLE fct_aq IS 'Air quality, daily values of every ninth day';
COMMENT ON COLUMN fct_aq.val_avg IS 'Daily mean';
COMMENT ON COLUMN fct_aq.val_max_h IS 'Highest hourly value of the day';
COMMENT ON COLUMN fct_aq.hr_ct IS 'Valid hours that day (0 to 24)';
COMMENT ON COLUMN fct_aq.qc_cd IS 'Quality control: V valid, S suspect, X rejected, M missing';
INSERT INTO fct_aq
SELECT row_number() OVER (ORDER BY d, snsr_id), snsr_id, d, CASE WHEN qc <> 'M' THEN v END, CASE WHEN qc <> 'M' THEN round(v * (1.2 + h(k, 3, 90) / 100.0), 1) END, CASE WHEN qc <> 'M' THEN round(v * (0.15 + h(k, 4, 60) / 100.0), 1) END, CASE qc WHEN 'M' THEN h(k, 5, 6) WHEN 'V' THEN 18 + h(k, 5, 7) ELSE 9 + h(k, 5, 12) END, qc
FROM (SELECT *, CASE WHEN h(k, 1, 25) = 0 THEN 'M' WHEN h(k, 1, 25) = 1 THEN 'X' WHEN h(k, 1, 25) < 4 THEN 'S' ELSE 'V' END qc, round(b * f * (0.55 + h(k, 2, 95) / 100.0) * CASE WHEN h(k, 6, 17) = 0 THEN 1.7 ELSE 1 END * (1 + CASE WHEN prm_cd = 'O3' THEN 0.35 ELSE -0.22 END * -cos((dayofyear(d) - 15) / 58.1)) * (1.03 - 0.02 * (year(d) - 2023)), 1)::DECIMAL(7,1) v
 FROM (SELECT snsr_id, prm_cd, d, hash(snsr_id) % 10000 * 1000 + j k, CASE prm_cd WHEN 'PM10' THEN 24 WHEN 'PM25' THEN 12.5 WHEN 'NO2' THEN 29 WHEN 'O3' THEN 62 WHEN 'SO2' THEN 9.5 END b, CASE env_cd WHEN 'UT' THEN 1.3 WHEN 'IN' THEN 1.38 WHEN 'RU' THEN 0.7 ELSE 0.95 END f
  FROM snsr JOIN dim_site USING (site_cd), (SELECT j, DATE '2023-01-03' + (j * 9)::INTEGER d FROM generate_series(0, 100) g(j)) WHERE d <= DATE '2025-06-29' AND d < coalesce(rmv_dt, DATE '2026-01-01') AND d >= opn_dt AND prm_cd <> 'BENZ'));

CREATE TABLE fct_wx_mth (
  site_cd VARCHAR REFERENCES dim_site, yr INTEGER, mth INTEGER, tmp_avg_c DECIMAL(4,1), tmn_avg_c DECIMAL(4,1), tmx_avg_c DECIMAL(4,1), tmn_abs_c DECIMAL(4,1), tmx_abs_c DECIMAL(4,1), tmp_dev_c DECIMAL(4,1), prcp_mm DECIMAL(6,1), prcp_mx_dy_mm DECIMAL(5,1), prcp_pct_nrm INTEGER, rain_dys INTEGER, snw_dys INTEGER, snw_dpth_mx_cm INTEGER,
  frst_dys INTEGER, ice_dys INTEGER, smr_dys INTEGER, hot_dys INTEGER, sun_hrs DECIMAL(5,1), wnd_avg_ms DECIMAL(4,1), gst_mx_ms DECIMAL(4,1), rh_avg_pct INTEGER, prs_avg_hpa DECIMAL(6,1), fog_dys INTEGER, thnd_dys INTEGER, obs_ct INTEGER, PRIMARY KEY (site_cd, yr, mth));
COMMENT ON COLUMN fct_wx_mth.tmp_dev_c IS 'Departure of the mean temperature from the 1991-2020 normal';
COMMENT ON COLUMN fct_wx_mth.prcp_pct_nrm IS 'Precipitation in per cent of the 1991-2020 normal';
COMMENT ON COLUMN fct_wx_mth.frst_dys IS 'Days with minimum below 0 °C';
COMMENT ON COLUMN fct_wx_mth.ice_dys IS 'Days with maximum below 0 °C';
COMMENT ON COLUMN fct_wx_mth.smr_dys IS 'Days with maximum of 25 °C or more';
COMMENT ON COLUMN fct_wx_mth.hot_dys IS 'Days with maximum of 30 °C or more';
INSERT INTO fct_wx_mth
SELECT site_cd, y, m, t, round(t - 2.5 - h(k, 2, 30) / 10.0, 1) tn, round(t + 3 + h(k, 3, 35) / 10.0, 1) tx, round(tn - 4 - h(k, 4, 70) / 10.0, 1) na, round(tx + 5 + h(k, 5, 75) / 10.0, 1) xa, dv, p, round(p * (18 + h(k, 6, 25)) / 100, 1), pn, (5 + p / 9)::INTEGER, CASE WHEN t < 4 THEN h(k, 7, 9) + CASE WHEN t < 0 THEN 9 ELSE 0 END ELSE 0 END sd, CASE WHEN sd > 0 THEN 2 + sd * (1 + h(k, 8, 4)) END,
  CASE WHEN na < 0 THEN greatest(0, least(28, 11 - (tn * 2.6)::INTEGER)) ELSE 0 END fd, CASE WHEN t < 2 THEN least(fd, greatest(0, (2 - t * 2)::INTEGER)) ELSE 0 END, CASE WHEN xa >= 25 THEN greatest(1, least(30, ((tx - 19) * 3)::INTEGER)) ELSE 0 END su, CASE WHEN xa >= 30 THEN 1 + h(k, 9, 1 + su // 2) ELSE 0 END,
  CASE WHEN pwr_cd <> 'BAT' THEN round(50 + 85 * (1 - cos((m - 0.6) / 1.91)) + h(k, 10, 60), 1) END, round(2 + CASE WHEN rgn_cd IN ('ISL', 'CST') THEN 3 ELSE 0 END + elv_m / 500.0 + h(k, 11, 22) / 10.0, 1) wv, round(wv * 2.6 + 5 + h(k, 12, 110) / 10.0, 1), 62 + h(k, 13, 30), CASE WHEN elv_m < 1000 THEN round(1013 - elv_m / 8.3 + h(k, 14, 160) / 10.0 - 8, 1) END, h(k, 15, CASE WHEN m IN (10, 11, 12, 1) THEN 10 ELSE 4 END), CASE WHEN m BETWEEN 4 AND 9 THEN h(k, 16, 8) ELSE 0 END, ds * 24 - CASE WHEN h(k, 17, 5) = 0 THEN h(k, 18, 160) ELSE 0 END
FROM (SELECT *, h(k, 19, 52) / 10.0 - 1.7 + (y - 2023) * 0.2 dv, round(11.2 - 9.2 * cos((m - 1) / 1.91) * CASE WHEN rgn_cd = 'ISL' THEN 0.65 WHEN rgn_cd = 'STP' THEN 1.25 ELSE 1 END - elv_m * 0.0062 - 1.4 + dv, 1)::DECIMAL(4,1) t, 25 + h(k, 20, 190) pn, round(pn * (48 + elv_m / 22.0 + CASE WHEN rgn_cd = 'STP' THEN -16 ELSE 0 END) / 100, 1)::DECIMAL(6,1) p
 FROM (SELECT *, 2023 + j // 12 y, 1 + j % 12 m, hash(site_cd) % 5000 * 100 + j k, extract(day FROM last_day(make_date(y, m, 1)))::INTEGER ds FROM dim_site, generate_series(0, 29) g(j) WHERE net_cd <> 'A' AND make_date(2023 + j // 12, 1 + j % 12, 1) < coalesce(cls_dt, DATE '2026-01-01')) WHERE h(k, 21, 60) > 0);

CREATE TABLE evt_alrt (alrt_no INTEGER PRIMARY KEY, rgn_cd VARCHAR REFERENCES dim_rgn, typ_cd VARCHAR, lvl INTEGER, iss_ts TIMESTAMP, st_ts TIMESTAMP, end_ts TIMESTAMP, cncl_flg VARCHAR, dmg_k_eur INTEGER, inj_ct INTEGER, fcstr_nm VARCHAR);
COMMENT ON TABLE evt_alrt IS 'Public warnings';
COMMENT ON COLUMN evt_alrt.typ_cd IS 'STM storm, HEA heat, FLD flood, SNO snow and ice, FOG fog, AQI poor air';
COMMENT ON COLUMN evt_alrt.lvl IS '1 yellow, 2 orange, 3 red';
COMMENT ON COLUMN evt_alrt.cncl_flg IS 'Y = withdrawn before it began';
INSERT INTO evt_alrt
SELECT 2300 + i, ['CST','CST','VAL','HGH','HGH','LAK','IND','IND','STP','ISL'][h(i, 1, 10) + 1], ty, [1, 1, 1, 2, 2, 3][h(i, 3, 6) + 1] lv, s - to_hours(3 + h(i, 4, 40)), s, s + to_hours(4 + h(i, 5, 70)), CASE WHEN h(i, 6, 9) = 0 THEN 'Y' ELSE 'N' END c, CASE WHEN c = 'N' AND ty IN ('STM', 'FLD', 'SNO') AND h(i, 7, 4) > 0 THEN lv * (10 + h(i, 8, 900)) END, CASE WHEN c = 'Y' THEN 0 ELSE CASE WHEN h(i, 9, 4) = 0 THEN h(i, 10, 9) ELSE 0 END END,
  CASE WHEN h(i, 11, 12) > 0 THEN ['Nadia Holt','Peter Crane','Yvonne Adair','Tom Leclerc','Ilse Wagner'][h(i, 12, 5) + 1] END
FROM (SELECT i, TIMESTAMP '2023-01-05 03:00:00' + to_hours(i * 107 + h(i, 13, 90)) s, CASE WHEN month(s) BETWEEN 5 AND 9 THEN ['HEA','HEA','STM','FLD','AQI'][h(i, 2, 5) + 1] WHEN month(s) IN (11, 12, 1, 2, 3) THEN ['SNO','SNO','STM','STM','FOG','FLD','AQI'][h(i, 2, 7) + 1] ELSE ['STM','FLD','FOG'][h(i, 2, 3) + 1] END ty FROM generate_series(1, 202) g(i));

CREATE TABLE mnt_log (mnt_no INTEGER PRIMARY KEY, site_cd VARCHAR REFERENCES dim_site, snsr_id VARCHAR REFERENCES snsr, mnt_dt DATE, wrk_typ VARCHAR, tech_nm VARCHAR, dur_hr DECIMAL(4,1), cst_prt_eur INTEGER, cst_lab_eur INTEGER, trvl_km INTEGER, flw_up VARCHAR);
INSERT INTO mnt_log
SELECT 70000 + i, st, CASE WHEN h(i, 2, 3) > 0 THEN (SELECT min(snsr_id) FROM snsr WHERE site_cd = st AND h(i, 3, 2) = 0) END, d, ['CAL','CAL','CLEAN','REPAIR','INSPECT','CLEAN'][h(i, 4, 6) + 1] wt, ['R. Bolt','M. Szabo','J. Ferrer','A. Nwosu'][h(i, 5, 4) + 1], 0.5 + h(i, 6, 14) * 0.5 du, CASE WHEN wt = 'REPAIR' THEN 40 + h(i, 7, 1800) WHEN wt = 'CLEAN' THEN NULL ELSE h(i, 8, 90) END, (du * 64)::INTEGER, 6 + h(i, 9, 230), CASE WHEN wt IN ('REPAIR', 'INSPECT') AND h(i, 10, 4) = 0 THEN 'Y' ELSE 'N' END
FROM (SELECT i, ['AVP','AVR','ORB','ORT','KEL','HOR','SEN','RUS','RUM','STE','TAL','DEE','SKT','DUN','PAS','WND'][h(i, 1, 16) + 1] st, DATE '2023-01-09' + (i * 2.98)::INTEGER + h(i, 11, 5) d FROM generate_series(1, 300) g(i));
