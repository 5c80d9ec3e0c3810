-- Hospital administration, St. Brendan Regional Hospital
CREATE TEMP MACRO h(i, s, n) AS (hash(i::BIGINT * 6151 + s * 99991) % n)::INTEGER;

CREATE TABLE dept_mst (dept_cd VARCHAR PRIMARY KEY, dept_nm VARCHAR, dept_typ VARCHAR, cost_ctr INTEGER, bdgt_amt INTEGER, hd_stf_id INTEGER);
INSERT INTO dept_mst VALUES
 ('CARD','Cardiology','CLIN',4110,6200000,301),('ORTH','Orthopedics','CLIN',4120,5400000,302),('GNSG','General Surgery','CLIN',4130,7100000,303),('OBGY','Obstetrics and Gynecology','CLIN',4140,3900000,304),
 ('PEDS','Pediatrics','CLIN',4150,2800000,305),('NEUR','Neurology','CLIN',4160,3300000,306),('IMED','Internal Medicine','CLIN',4170,5900000,307),('EMRG','Emergency Medicine','CLIN',4180,6800000,308),
 ('ANES','Anesthesiology','SUPP',4210,4100000,309),('RADI','Radiology','SUPP',4220,3600000,NULL),('HKPG','Housekeeping','SUPP',4310,1200000,NULL),('ADMN','Administration','ADMN',4400,2500000,310);

CREATE TABLE wrd_mst (wrd_cd VARCHAR PRIMARY KEY, wrd_nm VARCHAR, dept_cd VARCHAR REFERENCES dept_mst, bldg VARCHAR, flr INTEGER, bed_lic INTEGER, bed_opr INTEGER, iso_rm INTEGER, opn_dt DATE);
COMMENT ON TABLE wrd_mst IS 'Wards';
COMMENT ON COLUMN wrd_mst.bed_lic IS 'Licensed beds';
COMMENT ON COLUMN wrd_mst.bed_opr IS 'Beds in operation';
COMMENT ON COLUMN wrd_mst.iso_rm IS 'Isolation rooms';
INSERT INTO wrd_mst VALUES
 ('2A','Cardiac Care','CARD','Main',2,24,22,2,DATE '1998-05-01'),('2B','Coronary Intensive Care','CARD','Main',2,10,10,3,DATE '2004-09-15'),('3A','Orthopedic Ward','ORTH','Main',3,30,26,1,DATE '1998-05-01'),
 ('3B','Surgical Ward','GNSG','Main',3,32,32,2,DATE '1998-05-01'),('3C','Surgical Intensive Care','GNSG','North Wing',3,12,9,4,DATE '2011-03-21'),('4A','Maternity','OBGY','North Wing',4,20,18,0,DATE '2011-03-21'),
 ('4B','Children''s Ward','PEDS','North Wing',4,18,13,3,DATE '2011-06-01'),('5A','Stroke Unit','NEUR','Main',5,14,14,1,DATE '2015-10-12'),('5B','General Medicine East','IMED','Main',5,34,31,4,DATE '1998-05-01'),
 ('5C','General Medicine West','IMED','Main',5,34,31,2,DATE '2001-02-19'),('1E','Emergency Observation','EMRG','Main',1,12,12,2,DATE '2009-01-07'),('6A','Day Surgery Recovery','GNSG','North Wing',6,16,0,0,NULL);

CREATE TABLE stf_mst (
  stf_id INTEGER PRIMARY KEY, ln VARCHAR, fn VARCHAR, role_cd VARCHAR, spclty VARCHAR, dept_cd VARCHAR REFERENCES dept_mst, fte DECIMAL(3,2), hire_dt DATE, term_dt DATE, hr_rate DECIMAL(6,2), lic_exp_dt DATE, on_call BOOLEAN);
INSERT INTO stf_mst
SELECT 300 + i, ln[i], fn[i], CASE WHEN i <= 20 THEN 'MD' WHEN i <= 38 THEN 'RN' WHEN i <= 43 THEN 'LPN' WHEN i <= 47 THEN 'TECH' ELSE 'CLRK' END,
  CASE WHEN i <= 20 THEN ['Cardiology','Orthopedic Surgery','General Surgery','Obstetrics','Pediatrics','Neurology','Internal Medicine','Emergency Medicine','Anesthesiology','Public Health'][(i - 1) % 10 + 1] END,
  CASE WHEN i <= 20 THEN ['CARD','ORTH','GNSG','OBGY','PEDS','NEUR','IMED','EMRG','ANES','ADMN'][(i - 1) % 10 + 1] WHEN i <= 43 THEN ['CARD','ORTH','GNSG','OBGY','PEDS','NEUR','IMED','EMRG'][h(i, 1, 8) + 1] WHEN i <= 47 THEN 'RADI' ELSE 'ADMN' END,
  [1, 1, 1, 0.8, 0.6, 0.5][h(i, 2, 6) + 1], DATE '2003-01-15' + h(i, 3, 8000), CASE WHEN i IN (16, 25, 31, 40, 48) THEN DATE '2023-06-30' + h(i, 4, 640) END,
  CASE WHEN i <= 20 THEN 92 + h(i, 5, 60) WHEN i <= 38 THEN 36 + h(i, 5, 24) * 0.5 WHEN i <= 43 THEN 26 + h(i, 5, 14) * 0.5 ELSE 22 + h(i, 5, 30) * 0.5 END, CASE WHEN i <= 43 THEN DATE '2025-03-31' + h(i, 6, 900) END, i <= 43 AND h(i, 7, 2) = 0
FROM generate_series(1, 50) g(i), (SELECT
 ['Okafor','Byrne','Castellano','Whitfield','Nakamura','Abrams','Delacroix','Farrow','Ito','Grange','Mbeki','Sandoval','Pruitt','Lindgren','Haddad','Rourke','Vance','Kowalczyk','Teller','Osborne','Quigley','Ramos','Sutter','Boone','Ellery','Fenwick','Gallo','Hobbs','Ingram','Jarrett','Keane','Lomax','Mercado','Novak','Ortega','Pike','Reyes','Stroud','Tran','Upton','Valdez','Winslow','Yates','Zhang','Barlow','Crane','Dunn','Eaton','Flores','Byrne'] ln,
 ['Chidi','Maeve','Renzo','Paula','Kenji','Ruth','Simone','Grant','Yuki','Edith','Thabo','Lucia','Dale','Ingrid','Samir','Colm','Irene','Piotr','Joan','Miles','Nora','Hector','Beth','Travis','Amy','Colin','Teresa','Wade','Holly','Kurt','Shea','Dana','Rosa','Milan','Carmen','Jill','Marco','Leah','Minh','Glen','Sofia','Kara','Owen','Wei','Tess','Neil','Abby','Roy','Luz','Patrick'] fn);

CREATE TABLE pt_mst (
  mrn INTEGER PRIMARY KEY, ln VARCHAR, fn VARCHAR, sex_cd VARCHAR, dob DATE, cty VARCHAR, zip VARCHAR, lang_cd VARCHAR, reg_dt DATE, dcsd_dt DATE, pcp_stf_id INTEGER, smkr VARCHAR, ht_cm INTEGER, wt_kg DECIMAL(5,1));
COMMENT ON TABLE pt_mst IS 'Patient master';
COMMENT ON COLUMN pt_mst.mrn IS 'Medical record number';
COMMENT ON COLUMN pt_mst.lang_cd IS 'Preferred language, ISO 639-1';
COMMENT ON COLUMN pt_mst.dcsd_dt IS 'Date of death';
COMMENT ON COLUMN pt_mst.pcp_stf_id IS 'Primary care physician, if one of ours';
COMMENT ON COLUMN pt_mst.smkr IS 'Smoking status: C current, F former, N never, U unknown';
INSERT INTO pt_mst
SELECT 880000 + 17 * i, ln[h(i, 1, 32) + 1], CASE WHEN sx = 'F' THEN ff[h(i, 2, 16) + 1] ELSE fm[h(i, 2, 16) + 1] END, sx, DATE '1934-02-11' + h(i, 4, 32400), (['Marlow','Marlow','Easton','Pine Hollow','Greyrock','Bellmere'][z + 1]), ['04411','04412','04420','04433','04437','04451'][z + 1],
  ['en','en','en','en','es','fr','pl'][h(i, 6, 7) + 1], DATE '2011-01-04' + h(i, 7, 4300), NULL, CASE WHEN h(i, 10, 3) = 0 THEN 307 + 10 * h(i, 11, 2) END, ['C','F','N','N','N','U'][h(i, 12, 6) + 1], CASE WHEN h(i, 13, 6) > 0 THEN 148 + h(i, 14, 48) END, CASE WHEN h(i, 13, 6) > 0 THEN 46 + h(i, 15, 740) / 10.0 END
FROM (SELECT i, CASE WHEN h(i, 3, 2) = 0 THEN 'F' ELSE 'M' END sx, h(i, 5, 6) z FROM generate_series(1, 260) g(i)), (SELECT
 ['Ashby','Barlow','Cardenas','Doyle','Engstrom','Fitzgerald','Gomez','Hartley','Ibanez','Jessup','Kaminski','Lavoie','Mercer','Nolan','Ostrow','Pacheco','Quinlan','Reyes','Saunders','Thibault','Underhill','Vega','Wexler','Young','Zielinski','Crane','Dubois','Hobbs','Larkin','Moss','Novak','Pruitt'] ln,
 ['Agnes','Bianca','Clara','Dolores','Eileen','Fiona','Gloria','Hazel','Isabel','Joyce','Katya','Lorna','Marisol','Nadia','Odette','Priya'] ff, ['Aaron','Bruno','Cyril','Dmitri','Edgar','Felix','Gordon','Hugo','Ivan','Jerome','Karl','Leon','Mateo','Nigel','Oscar','Pablo'] fm);

CREATE TABLE dx_ref (icd_cd VARCHAR PRIMARY KEY, dx_dsc VARCHAR, chap VARCHAR, drg_wt DECIMAL(4,2), exp_los DECIMAL(3,1));
INSERT INTO dx_ref VALUES
 ('I21.4','Non-ST elevation myocardial infarction','Circulatory',1.62,4.5),('I50.9','Heart failure, unspecified','Circulatory',1.28,5.2),('I63.9','Cerebral infarction, unspecified','Circulatory',1.74,6.1),('I48.91','Atrial fibrillation, unspecified','Circulatory',0.86,2.8),
 ('S72.001A','Fracture of neck of right femur','Injury',2.05,6.8),('M17.11','Primary osteoarthritis, right knee','Musculoskeletal',1.91,2.9),('K35.80','Acute appendicitis','Digestive',1.07,2.1),('K80.20','Gallstones without cholecystitis','Digestive',1.22,1.9),
 ('K56.609','Intestinal obstruction','Digestive',1.49,5.5),('J18.9','Pneumonia, unspecified organism','Respiratory',1.12,4.6),('J44.1','COPD with acute exacerbation','Respiratory',1.03,4.1),('J45.901','Asthma with acute exacerbation','Respiratory',0.74,2.2),
 ('N39.0','Urinary tract infection','Genitourinary',0.81,3.3),('A41.9','Sepsis, unspecified organism','Infectious',2.31,7.9),('E11.65','Type 2 diabetes with hyperglycemia','Endocrine',0.88,3.0),('O80','Full-term uncomplicated delivery','Pregnancy',0.62,2.0),
 ('O82','Cesarean delivery','Pregnancy',1.01,3.4),('G40.909','Epilepsy, unspecified','Nervous system',0.97,2.7),('R07.9','Chest pain, unspecified','Symptoms',0.58,1.2),('C18.9','Malignant neoplasm of colon','Neoplasms',2.44,7.2);

CREATE TABLE enc (
  enc_no INTEGER PRIMARY KEY, mrn INTEGER REFERENCES pt_mst, adm_ts TIMESTAMP, dsch_ts TIMESTAMP, adm_typ VARCHAR, adm_src VARCHAR, wrd_cd VARCHAR REFERENCES wrd_mst, att_stf_id INTEGER REFERENCES stf_mst,
  dx_adm VARCHAR REFERENCES dx_ref, dx_prim VARCHAR REFERENCES dx_ref, disp_cd VARCHAR, pyr_nm VARCHAR, pyr_typ VARCHAR, icu_hrs INTEGER, satis_scr INTEGER);
COMMENT ON TABLE enc IS 'Inpatient stays (encounters), one row per admission';
COMMENT ON COLUMN enc.adm_typ IS '1 emergency, 2 urgent, 3 elective, 4 newborn';
COMMENT ON COLUMN enc.adm_src IS 'PR physician referral, ER emergency room, TF transfer from another hospital, NH nursing home';
COMMENT ON COLUMN enc.att_stf_id IS 'Attending physician';
COMMENT ON COLUMN enc.dx_adm IS 'Diagnosis at admission';
COMMENT ON COLUMN enc.dx_prim IS 'Principal (final) diagnosis';
COMMENT ON COLUMN enc.disp_cd IS 'Discharge disposition: 01 home, 02 other hospital, 03 skilled nursing facility, 06 home health care, 07 left against medical advice, 20 died; empty while still in hospital';
COMMENT ON COLUMN enc.satis_scr IS 'Patient satisfaction, 1 to 10';
INSERT INTO enc
SELECT 5500000 + i * 3, 880000 + 17 * (1 + least(h(i, 1, 250), h(i, 2, 250))), a, CASE WHEN ds < TIMESTAMP '2025-06-29 20:00:00' THEN ds END, CASE w WHEN '4A' THEN ['2','3','4'][h(i, 3, 3) + 1] ELSE ['1','1','1','2','3'][h(i, 3, 5) + 1] END ty,
  CASE WHEN ty = '1' THEN 'ER' ELSE ['PR','PR','TF','NH','ER'][h(i, 4, 5) + 1] END, w, 301 + k + 10 * h(i, 5, 2), CASE WHEN h(i, 6, 4) = 0 THEN 'R07.9' ELSE dx END, dx,
  CASE WHEN ds < TIMESTAMP '2025-06-29 20:00:00' THEN ['01','01','01','01','03','06','02','07','20','06','01','03'][h(i, 7, 12) + 1] END, ['Medicare','Medicare','State Medicaid','Blue Summit Cross','Hearthway Health Plan','Univita','Self-pay','Workers Compensation Fund','Keystone Mutual'][h(i, 8, 9) + 1] pn,
  CASE WHEN pn IN ('Medicare', 'State Medicaid') THEN 'GOV' WHEN pn = 'Self-pay' THEN 'SELF' WHEN pn = 'Workers Compensation Fund' THEN 'WC' ELSE 'COM' END,
  CASE WHEN w IN ('2B', '3C') THEN 12 + h(i, 9, 120) ELSE 0 END, CASE WHEN ds < TIMESTAMP '2025-06-29 20:00:00' AND h(i, 10, 3) > 0 THEN 3 + h(i, 11, 8) END
FROM (SELECT i, a, w, k, dx, a + to_hours(14 + h(i, 12, CASE WHEN w IN ('2B', '3C', '5A') THEN 300 ELSE 190 END)) ds FROM (SELECT *, ['2A','2B','3A','3B','3C','4A','4B','5A','5B','5C','1E'][wi + 1] w, [0, 0, 1, 2, 2, 3, 4, 5, 6, 6, 7][wi + 1] k,
  [['I21.4','I50.9','I48.91'],['I21.4','I50.9','I21.4'],['S72.001A','M17.11','M17.11'],['K35.80','K80.20','C18.9'],['K56.609','A41.9','C18.9'],['O80','O80','O82'],['J45.901','J18.9','K35.80'],['I63.9','I63.9','G40.909'],['J18.9','E11.65','N39.0'],['J44.1','A41.9','I50.9'],['R07.9','N39.0','E11.65']][wi + 1][h(i, 13, 3) + 1] dx
  FROM (SELECT i, TIMESTAMP '2023-01-01 06:00:00' + to_hours(i * 31 + h(i, 14, 60)) + to_minutes(h(i, 15, 60)) a, h(i, 16, 11) wi FROM generate_series(1, 702) g(i))));

UPDATE enc SET mrn = fl[1 + h(enc_no, 200, len(fl)::INTEGER)] FROM (SELECT list(mrn ORDER BY mrn) fl FROM pt_mst WHERE sex_cd = 'F' AND dob BETWEEN DATE '1980-01-01' AND DATE '2004-12-31') WHERE wrd_cd = '4A';
UPDATE enc SET mrn = cl[1 + h(enc_no, 201, len(cl)::INTEGER)] FROM (SELECT list(mrn ORDER BY mrn) cl FROM pt_mst WHERE dob >= DATE '2008-01-01') WHERE wrd_cd = '4B';
UPDATE enc SET disp_cd = '01' WHERE disp_cd = '20' AND (wrd_cd = '4A' OR EXISTS (FROM enc e WHERE e.mrn = enc.mrn AND e.dsch_ts IS DISTINCT FROM enc.dsch_ts AND coalesce(e.dsch_ts, TIMESTAMP '2025-06-30') > enc.dsch_ts));
UPDATE pt_mst SET dcsd_dt = (SELECT max(dsch_ts)::DATE FROM enc WHERE enc.mrn = pt_mst.mrn AND disp_cd = '20');
CREATE TABLE proc_lg (
  enc_no INTEGER REFERENCES enc, seq INTEGER, proc_cd VARCHAR, proc_dsc VARCHAR, st_ts TIMESTAMP, dur_min INTEGER, or_rm VARCHAR, surg_stf_id INTEGER, anes_cd VARCHAR, asa INTEGER, cmpl_flg VARCHAR, bld_loss_ml INTEGER, PRIMARY KEY (enc_no, seq));
COMMENT ON COLUMN proc_lg.or_rm IS 'Operating room; empty when done at the bedside';
COMMENT ON COLUMN proc_lg.surg_stf_id IS 'Performing physician';
COMMENT ON COLUMN proc_lg.anes_cd IS 'GA general, RA regional, LA local, NO none';
COMMENT ON COLUMN proc_lg.asa IS 'ASA risk class 1 to 5';
INSERT INTO proc_lg
SELECT enc_no, s, pc, pd, adm_ts + to_hours(2 + s * 8 + h(enc_no, 30 + s, 9)), 18 + h(enc_no, 40 + s, 160), CASE WHEN an <> 'NO' THEN 'OR-' || (1 + h(enc_no, 50 + s, 6))::VARCHAR END, CASE WHEN h(enc_no, 60 + s, 4) = 0 THEN 303 + 10 * h(enc_no, 61, 2) ELSE att_stf_id END, an,
  CASE WHEN an <> 'NO' THEN 1 + h(enc_no, 70, 4) END, CASE WHEN h(enc_no, 80 + s, 11) = 0 THEN 'Y' ELSE 'N' END, CASE WHEN an IN ('GA', 'RA') THEN 10 * h(enc_no, 90 + s, 70) END
FROM (SELECT e.*, s, [['0270','Coronary angioplasty','LA'],['0271','Cardioversion','NO'],['0SRC','Knee replacement','RA'],['0SR9','Hip replacement','GA'],['0DTJ','Appendectomy','GA'],['0FT4','Gallbladder removal','GA'],['0DTN','Colon resection','GA'],['10D0','Cesarean section','RA'],['009U','Lumbar puncture','LA'],['0BH1','Intubation','NO'],['02HV','Central line placement','LA'],['3E03','Infusion therapy','NO']]
  [CASE WHEN s > 1 THEN 10 + h(enc_no, 20 + s, 3) WHEN dx_prim IN ('I21.4','I50.9') THEN 1 WHEN dx_prim = 'I48.91' THEN 2 WHEN dx_prim = 'M17.11' THEN 3 WHEN dx_prim = 'S72.001A' THEN 4 WHEN dx_prim = 'K35.80' THEN 5 WHEN dx_prim = 'K80.20' THEN 6 WHEN dx_prim IN ('C18.9','K56.609') THEN 7 WHEN dx_prim = 'O82' THEN 8 WHEN dx_prim IN ('I63.9','G40.909') THEN 9 ELSE 10 + h(enc_no, 21, 3) END] pr, pr[1] pc, pr[2] pd, pr[3] an
  FROM enc e, generate_series(1, 3) g(s) WHERE s <= h(enc_no, 19, 4));

CREATE TABLE bill_hdr (
  bill_no VARCHAR PRIMARY KEY, enc_no INTEGER REFERENCES enc, bill_dt DATE, due_dt DATE, pd_dt DATE, stat_cd VARCHAR, chg_rm DECIMAL(10,2), chg_rx DECIMAL(10,2), chg_lab DECIMAL(10,2), chg_img DECIMAL(10,2), chg_or DECIMAL(10,2), chg_sup DECIMAL(10,2),
  chg_tot DECIMAL(11,2), adj_ctr DECIMAL(11,2), amt_pd_ins DECIMAL(11,2), amt_pd_pt DECIMAL(10,2), amt_wo DECIMAL(10,2), amt_bal DECIMAL(11,2), dnl_rsn VARCHAR, dun_ct INTEGER);
INSERT INTO bill_hdr
SELECT 'B' || (enc_no - 5400000)::VARCHAR, enc_no, bd, bd + 30, CASE WHEN st IN ('PAID', 'WOFF') THEN bd + 9 + h(enc_no, 101, 70) END, st, rm, rx, lb, im, o, sp, t, ad, pi, pp, CASE WHEN st = 'WOFF' THEN t - ad - pi - pp ELSE 0 END wo, t - ad - pi - pp - wo,
  CASE WHEN st = 'DENY' THEN ['No prior authorization','Not medically necessary','Coverage ended','Duplicate claim'][h(enc_no, 102, 4) + 1] END, CASE WHEN st IN ('PART', 'DENY', 'WOFF') THEN h(enc_no, 103, 4) ELSE 0 END
FROM (SELECT *, rm + rx + lb + im + o + sp t, CASE WHEN pyr_nm = 'Self-pay' THEN 0 ELSE round(t * (15 + h(enc_no, 104, 30)) / 100, 2) END ad, CASE WHEN pyr_nm = 'Self-pay' OR st IN ('DENY', 'OPEN') THEN 0 ELSE round((t - ad) * (75 + h(enc_no, 105, 15)) / 100, 2) END pi,
   CASE WHEN st = 'PAID' THEN t - ad - pi WHEN st = 'PART' THEN round((t - ad - pi) * 0.4, 2) ELSE 0 END pp FROM (SELECT enc_no, pyr_nm, dsch_ts::DATE + 2 + h(enc_no, 106, 12) bd, CASE WHEN bd > DATE '2025-05-20' THEN 'OPEN' ELSE ['PAID','PAID','PAID','PAID','PAID','PART','DENY','WOFF'][h(enc_no, 107, 8) + 1] END st,
   (1 + date_diff('day', adm_ts, dsch_ts)) * (880 + h(enc_no, 108, 5) * 120)::DECIMAL(10,2) rm, (90 + h(enc_no, 109, 2400))::DECIMAL(10,2) rx, (60 + h(enc_no, 110, 1500))::DECIMAL(10,2) lb, CASE WHEN h(enc_no, 111, 3) = 0 THEN 0 ELSE 220 + h(enc_no, 112, 2600) END::DECIMAL(10,2) im,
   coalesce((SELECT sum(dur_min * 38) FROM proc_lg p WHERE p.enc_no = enc.enc_no AND or_rm IS NOT NULL), 0)::DECIMAL(10,2) o, (40 + h(enc_no, 113, 900))::DECIMAL(10,2) sp FROM enc WHERE dsch_ts IS NOT NULL AND h(enc_no, 114, 30) > 0) WHERE bd <= DATE '2025-06-30');

CREATE TABLE wrd_mth (
  wrd_cd VARCHAR REFERENCES wrd_mst, yr INTEGER, mth INTEGER, bd_dys_avl INTEGER, bd_dys_occ INTEGER, adm_ct INTEGER, dsch_ct INTEGER, trf_in INTEGER, trf_out INTEGER, dth_ct INTEGER, fall_ct INTEGER, fall_inj_ct INTEGER, prs_ulc_ct INTEGER,
  hai_ct INTEGER, med_err_ct INTEGER, hrs_rn DECIMAL(8,1), hrs_lpn DECIMAL(8,1), hrs_aide DECIMAL(8,1), hrs_agcy DECIMAL(8,1), hrs_ot DECIMAL(8,1), meal_ct INTEGER, PRIMARY KEY (wrd_cd, yr, mth));
INSERT INTO wrd_mth
SELECT wrd_cd, 2023 + m // 12, 1 + m % 12, av, oc, oc // 5 + h(k, 2, 7), oc // 5 + h(k, 3, 7), h(k, 4, 9), h(k, 5, 9), CASE WHEN h(k, 6, 3) = 0 THEN h(k, 7, 4) ELSE 0 END, f, CASE WHEN f > 0 THEN h(k, 9, f + 1) ELSE 0 END, h(k, 10, 4), h(k, 11, 4), h(k, 12, 5),
  round(oc * (4.2 + h(k, 13, 20) / 10.0), 1), round(oc * (1.1 + h(k, 14, 9) / 10.0), 1), round(oc * (1.8 + h(k, 15, 9) / 10.0), 1), CASE WHEN h(k, 16, 3) > 0 THEN h(k, 17, 210) * 0.5 END, h(k, 18, 180) * 0.5, oc * 3 - h(k, 19, 40)
FROM (SELECT *, hash(wrd_cd) % 1000 * 100 + m k, bed_opr * extract(day FROM last_day(make_date(2023 + m // 12, 1 + m % 12, 1)))::INTEGER av, (av * (62 + h(k, 1, 36) - CASE WHEN m % 12 IN (6, 7) THEN 8 ELSE 0 END) // 100)::INTEGER oc, h(k, 8, 6) f FROM wrd_mst, generate_series(0, 29) g(m) WHERE bed_opr > 0);
COMMENT ON TABLE wrd_mth IS 'Monthly ward report';
