CREATE TEMP MACRO r(seed, i) AS (hash(seed || '/' || i::VARCHAR) % 1000003)::DOUBLE / 1000003;
CREATE TEMP MACRO pick(l, x, skew) AS l[1 + least(floor(pow(x, skew) * len(l))::INT, len(l)::INT - 1)];

CREATE TABLE prac (
  prac_id INTEGER PRIMARY KEY,
  prac_nm VARCHAR NOT NULL,
  city VARCHAR NOT NULL,
  opn_dt DATE NOT NULL,
  rm_cnt INTEGER NOT NULL,
  mgr_nm VARCHAR
);
CREATE TABLE doc (
  doc_id INTEGER PRIMARY KEY,
  doc_nm VARCHAR NOT NULL,
  spec VARCHAR NOT NULL,
  prac_id INTEGER NOT NULL REFERENCES prac (prac_id),
  strt_dt DATE NOT NULL,
  end_dt DATE,
  std_fee DECIMAL(7,2) NOT NULL
);
CREATE TABLE pat (
  pat_id INTEGER PRIMARY KEY,
  pat_nm VARCHAR NOT NULL,
  sex VARCHAR NOT NULL,
  dob DATE NOT NULL,
  city VARCHAR NOT NULL,
  ins_typ VARCHAR NOT NULL,
  reg_dt DATE NOT NULL,
  fam_doc_id INTEGER REFERENCES doc (doc_id),
  email VARCHAR
);
CREATE TABLE appt (
  appt_id INTEGER PRIMARY KEY,
  pat_id INTEGER NOT NULL REFERENCES pat (pat_id),
  doc_id INTEGER NOT NULL REFERENCES doc (doc_id),
  bkd_dt DATE NOT NULL,
  appt_dt DATE NOT NULL,
  vst_typ VARCHAR NOT NULL,
  st VARCHAR NOT NULL,
  dur_min INTEGER,
  fee DECIMAL(8,2)
);
CREATE TABLE dx_cd (
  icd_cd VARCHAR PRIMARY KEY,
  dx_nm VARCHAR NOT NULL,
  dx_grp VARCHAR NOT NULL,
  chr_fl BOOLEAN NOT NULL
);
CREATE TABLE dx (
  appt_id INTEGER NOT NULL REFERENCES appt (appt_id),
  icd_cd VARCHAR NOT NULL REFERENCES dx_cd (icd_cd),
  PRIMARY KEY (appt_id, icd_cd)
);
CREATE TABLE med (
  med_id INTEGER PRIMARY KEY,
  med_nm VARCHAR NOT NULL,
  drg_cls VARCHAR NOT NULL,
  pk_prc DECIMAL(7,2) NOT NULL
);
CREATE TABLE rx (
  rx_id INTEGER PRIMARY KEY,
  appt_id INTEGER NOT NULL REFERENCES appt (appt_id),
  med_id INTEGER NOT NULL REFERENCES med (med_id),
  pk_qty INTEGER NOT NULL,
  days INTEGER,
  rpt_cnt INTEGER NOT NULL
);
CREATE TABLE pmt (
  pmt_id INTEGER PRIMARY KEY,
  appt_id INTEGER NOT NULL REFERENCES appt (appt_id),
  pmt_dt DATE NOT NULL,
  amt DECIMAL(8,2) NOT NULL,
  payr VARCHAR NOT NULL,
  mthd VARCHAR NOT NULL
);
COMMENT ON TABLE prac IS 'Practices (sites) of the group';
COMMENT ON COLUMN prac.prac_nm IS 'Name of the practice';
COMMENT ON COLUMN prac.opn_dt IS 'Opening date';
COMMENT ON COLUMN prac.rm_cnt IS 'Number of consulting rooms';
COMMENT ON COLUMN prac.mgr_nm IS 'Practice manager; NULL: post vacant';
COMMENT ON TABLE doc IS 'Doctors';
COMMENT ON COLUMN doc.spec IS 'Specialty';
COMMENT ON COLUMN doc.strt_dt IS 'First working day';
COMMENT ON COLUMN doc.end_dt IS 'Last working day; NULL: still works here';
COMMENT ON COLUMN doc.std_fee IS 'Standard fee of a visit, EUR';
COMMENT ON TABLE pat IS 'Patients';
COMMENT ON COLUMN pat.sex IS 'F female, M male';
COMMENT ON COLUMN pat.dob IS 'Date of birth; age in years = date_sub(''year'', dob, today)';
COMMENT ON COLUMN pat.city IS 'Home city of the patient';
COMMENT ON COLUMN pat.ins_typ IS 'Insurance: public, private or none';
COMMENT ON COLUMN pat.reg_dt IS 'Registered on (new patients are counted by it)';
COMMENT ON COLUMN pat.fam_doc_id IS 'Family doctor of the patient; NULL: none chosen';
COMMENT ON COLUMN pat.email IS 'NULL: none given';
COMMENT ON TABLE appt IS 'Appointments; a visit (consultation) is an appointment with st D';
COMMENT ON COLUMN appt.bkd_dt IS 'Day of booking; waiting time = appt_dt - bkd_dt in days';
COMMENT ON COLUMN appt.appt_dt IS 'Day of the appointment';
COMMENT ON COLUMN appt.vst_typ IS 'new complaint, follow-up, check-up, vaccination or video';
COMMENT ON COLUMN appt.st IS 'D done, N no-show, C cancelled; no-show rate = N / all appointments';
COMMENT ON COLUMN appt.dur_min IS 'Minutes; NULL: did not take place or not recorded';
COMMENT ON COLUMN appt.fee IS 'Billed amount, EUR; NULL: did not take place';
COMMENT ON TABLE dx_cd IS 'Catalogue of diagnoses';
COMMENT ON COLUMN dx_cd.dx_nm IS 'Name of the diagnosis';
COMMENT ON COLUMN dx_cd.dx_grp IS 'Group of diseases';
COMMENT ON COLUMN dx_cd.chr_fl IS 'true: chronic';
COMMENT ON TABLE dx IS 'Diagnoses made at an appointment';
COMMENT ON TABLE med IS 'Medicines';
COMMENT ON COLUMN med.drg_cls IS 'Drug class';
COMMENT ON COLUMN med.pk_prc IS 'Price of a pack, EUR';
COMMENT ON TABLE rx IS 'Prescriptions; their date is that of the appointment';
COMMENT ON COLUMN rx.pk_qty IS 'Packs; cost of a prescription = pk_qty * pk_prc';
COMMENT ON COLUMN rx.days IS 'Days of treatment; NULL: as needed';
COMMENT ON COLUMN rx.rpt_cnt IS 'Repeats allowed';
COMMENT ON TABLE pmt IS 'Payments received (an appointment may be paid in parts); outstanding = fee - payments';
COMMENT ON COLUMN pmt.amt IS 'EUR; collected revenue = SUM(amt)';
COMMENT ON COLUMN pmt.payr IS 'Who paid: patient or insurer';
COMMENT ON COLUMN pmt.mthd IS 'card, cash or transfer';

INSERT INTO prac VALUES
 (1,'Harbour Street Surgery','Dublin','2022-01-03',9,'Aoife Brennan'),
 (2,'Linden Family Practice','Dublin','2022-01-03',6,'Conor Maher'),
 (3,'Quayside Medical','Cork','2022-01-10',8,'Sinead Power'),
 (4,'Old Mill Clinic','Cork','2022-02-07',4,NULL),
 (5,'Claddagh Health Centre','Galway','2022-02-21',7,'Declan Joyce'),
 (6,'Riverbank Practice','Limerick','2022-03-14',5,'Orla Hayes'),
 (7,'Granary Medical Centre','Waterford','2022-04-04',5,'Padraig Walsh'),
 (8,'Northgate Surgery','Dublin','2022-05-16',7,'Grainne Doyle'),
 (9,'Seaview Clinic','Bray','2022-06-13',3,NULL),
 (10,'Abbey Lane Practice','Kilkenny','2022-08-08',4,'Niall Phelan'),
 (11,'Marlfield Health Centre','Dublin','2022-09-26',10,'Roisin Keane'),
 (12,'Castlepark Clinic','Limerick','2022-11-07',4,'Eoin Casey'),
 (13,'Saltmarsh Surgery','Wexford','2023-01-16',3,'Maeve Kinsella'),
 (14,'Orchard Road Practice','Cork','2023-03-06',6,'Fergal Lynch'),
 (15,'Corrib Medical','Galway','2023-05-22',5,'Una Flaherty'),
 (16,'Parkside Womens Clinic','Dublin','2023-08-14',4,'Ciara Nolan'),
 (17,'Hillcrest Practice','Sligo','2023-10-02',3,NULL),
 (18,'Dockland Sports Clinic','Dublin','2024-02-05',4,'Ronan Tuohy'),
 (19,'Strand Road Surgery','Sligo','2024-06-17',2,'Bridget Feeney'),
 (20,'Ashgrove Skin Clinic','Waterford','2024-11-25',2,NULL);

INSERT INTO doc VALUES
 (1,'Dr Emer Gallagher','General practice',1,'2022-01-03',NULL,62),
 (2,'Dr Liam Cronin','General practice',1,'2022-01-03',NULL,60),
 (3,'Dr Anita Desai','Cardiology',1,'2022-02-14',NULL,145),
 (4,'Dr Tomasz Zielinski','Paediatrics',1,'2022-05-09','2024-03-29',88),
 (5,'Dr Fiona Shea','General practice',2,'2022-01-03',NULL,58),
 (6,'Dr Kevin Boland','General practice',2,'2022-01-17','2023-06-30',58),
 (7,'Dr Sarah Whelan','Paediatrics',2,'2022-09-05',NULL,85),
 (8,'Dr Brian Coughlan','General practice',3,'2022-01-10',NULL,56),
 (9,'Dr Marta Ferreira','Dermatology',3,'2022-03-01',NULL,118),
 (10,'Dr Donal Twomey','Orthopaedics',3,'2022-06-20',NULL,132),
 (11,'Dr Niamh Buckley','General practice',4,'2022-02-07',NULL,54),
 (12,'Dr Pavel Horak','General practice',4,'2022-02-07','2022-12-16',54),
 (13,'Dr Colm Naughton','General practice',5,'2022-02-21',NULL,57),
 (14,'Dr Yasmin Haddad','Gynaecology',5,'2022-04-11',NULL,124),
 (15,'Dr Peter Fahy','Cardiology',5,'2022-10-03',NULL,138),
 (16,'Dr Catriona Ryan','General practice',6,'2022-03-14',NULL,55),
 (17,'Dr Joseph Adeleke','Paediatrics',6,'2022-03-14',NULL,82),
 (18,'Dr Helen Power','General practice',7,'2022-04-04',NULL,53),
 (19,'Dr Marek Nowak','Orthopaedics',7,'2022-07-11','2024-08-30',126),
 (20,'Dr Aisling Byrne','General practice',8,'2022-05-16',NULL,61),
 (21,'Dr Rory Dempsey','General practice',8,'2022-05-16',NULL,59),
 (22,'Dr Lucia Romano','Dermatology',8,'2022-11-21',NULL,122),
 (23,'Dr Gerard Tighe','General practice',9,'2022-06-13',NULL,63),
 (24,'Dr Nuala Comerford','General practice',10,'2022-08-08',NULL,52),
 (25,'Dr Sean Brophy','General practice',10,'2022-08-08',NULL,51),
 (26,'Dr Ivana Petrov','Cardiology',11,'2022-09-26',NULL,150),
 (27,'Dr Mark Kearney','General practice',11,'2022-09-26',NULL,64),
 (28,'Dr Deirdre Scully','General practice',11,'2022-10-10',NULL,62),
 (29,'Dr Omar Siddiqui','Psychiatry',11,'2023-01-09',NULL,160),
 (30,'Dr Paul Enright','General practice',12,'2022-11-07','2024-05-31',55),
 (31,'Dr Maire Considine','Psychiatry',12,'2023-02-27',NULL,148),
 (32,'Dr Stephen Roche','General practice',13,'2023-01-16',NULL,50),
 (33,'Dr Kate Mulcahy','General practice',14,'2023-03-06',NULL,57),
 (34,'Dr Hassan Rashid','Gynaecology',14,'2023-04-17',NULL,120),
 (35,'Dr Oisin Conneely','General practice',15,'2023-05-22',NULL,56),
 (36,'Dr Bronagh Kelly','Dermatology',15,'2023-11-13',NULL,116),
 (37,'Dr Laura Fennell','Gynaecology',16,'2023-08-14',NULL,130),
 (38,'Dr Sunita Iyer','Gynaecology',16,'2023-08-14',NULL,134),
 (39,'Dr Enda Gilmartin','General practice',17,'2023-10-02',NULL,53),
 (40,'Dr Chloe Vaughan','Orthopaedics',18,'2024-02-05',NULL,140),
 (41,'Dr Ruairi Madden','Orthopaedics',18,'2024-02-05',NULL,136),
 (42,'Dr Fidelma Rooney','General practice',19,'2024-06-17',NULL,52),
 (43,'Dr Jan de Wit','Psychiatry',8,'2024-09-09',NULL,155),
 (44,'Dr Nora Hickey','Dermatology',20,'2024-12-16',NULL,125);

INSERT INTO pat
SELECT i,
  CASE WHEN i % 20 < 11 THEN (['Aine','Mary','Laura','Emma','Sofia','Ciara','Helen','Joanna','Ruth','Zara','Noreen'])[1 + i % 20]
       ELSE (['John','Patrick','Adam','Luke','Michael','Tariq','Dara','Simon','Piotr'])[i % 20 - 10] END
  || ' ' || (['Murphy','Keogh','Lawlor','Santos','Nowicki','OBrien','Hogan','Quinlan','Tobin','Cassidy','Burke','Farrell','Okeke','Mooney','Reilly','Harte','Duggan','Cullen','Walsh','Ivanova','Dolan','Meehan','Prior','Rossi','Slattery','Kinsella','Vaughan','Lennon','Barry','Costello','Hurley','Nagle','Popescu'])[1 + (i // 20) % 33],
  CASE WHEN i % 20 < 11 THEN 'F' ELSE 'M' END,
  DATE '2024-03-01' - (300 + floor(pow(r('dob', i), 1.2) * 32000))::INT,
  pick(['Dublin','Cork','Galway','Limerick','Waterford','Kilkenny','Wexford','Bray','Sligo','Naas'], r('pc', i), 1.7),
  CASE WHEN r('ins', i) < 0.52 THEN 'public' WHEN r('ins', i) < 0.87 THEN 'private' ELSE 'none' END,
  DATE '2022-01-03' + floor(pow(r('reg', i), 1.3) * 1090)::INT,
  CASE WHEN r('fdn', i) < 0.2 THEN NULL WHEN r('fdx', i) < 0.05 THEN pick([6, 30, 12], r('fdy', i), 1.2) ELSE pick([1, 5, 8, 2, 20, 13, 27, 16, 11, 18, 21, 33, 28, 23, 35, 24, 32, 25, 39], r('fd', i), 1.4) END,
  CASE WHEN r('em', i) < 0.27 THEN NULL ELSE 'pt' || i || '@' || pick(['mailbox.ie','post.com','webmail.eu'], r('emd', i), 1.3) END
FROM range(1, 561) t(i);

INSERT INTO appt
WITH raw AS (
  SELECT i, 1 + floor(pow(r('ap', i), 1.45) * 559)::INT AS p0, pow(r('at', i), 1.5) AS x FROM range(1, 4050) t(i)
), p AS (
  SELECT i, pat_id, ins_typ, fam_doc_id, sex, dob, reg_dt + floor(x * (DATE '2024-12-31' - reg_dt))::INT AS bk
  FROM raw JOIN pat ON pat_id = 1 + (p0 * 37) % 560 WHERE r('ghost', pat_id) > 0.07
), w AS (
  SELECT *, bk + floor(pow(r('wt', i), 2.4) * 42)::INT AS d,
    CASE WHEN r('fam', i) < 0.45 AND fam_doc_id IS NOT NULL THEN fam_doc_id
         WHEN dob > DATE '2006-06-01' AND r('kid', i) < 0.5 THEN pick([17, 7, 4], r('kd', i), 1.2)
         WHEN sex = 'F' AND dob < DATE '2004-01-01' AND r('gyn', i) < 0.18 THEN pick([14, 37, 34, 38], r('gd', i), 1.2)
         ELSE pick([1, 3, 9, 2, 5, 14, 7, 20, 10, 8, 26, 15, 22, 17, 29, 13, 4, 27, 16, 34, 21, 37, 40, 18, 19, 31, 6, 36, 28, 38, 11, 12, 30, 33, 23, 41, 43, 24, 42, 25, 32, 35, 39], r('ad', i), 1.25) END AS dd
  FROM p
), ok AS (
  SELECT w.*, strt_dt, std_fee, spec, row_number() OVER (ORDER BY d, i) AS id
  FROM w JOIN doc ON doc_id = dd
  WHERE d BETWEEN strt_dt AND coalesce(end_dt, DATE '2024-12-31') AND NOT (spec = 'Gynaecology' AND (sex = 'M' OR dob > DATE '2008-01-01')) AND (spec = 'Paediatrics') <= (dob > DATE '2006-06-01') AND dayofweek(d) NOT IN (0) AND (dayofweek(d) <> 6 OR r('sat', i) < 0.25)
), s AS (
  SELECT *, CASE WHEN r('st', id) < 0.07 + (CASE ins_typ WHEN 'none' THEN 0.07 ELSE 0 END) + (d - bk) * 0.002 THEN 'N' WHEN r('st', id) > 0.89 THEN 'C' ELSE 'D' END AS stt,
    CASE WHEN spec = 'General practice' THEN pick(['new complaint','follow-up','check-up','vaccination','video'], r('vt', id), 1.35)
         ELSE pick(['new complaint','follow-up','check-up','video'], r('vt', id), 1.2) END AS vt
  FROM ok
)
SELECT id, pat_id, dd, least(bk, d), d, vt, stt,
  CASE WHEN stt = 'D' AND r('dn', id) > 0.05 THEN 5 + floor(pow(r('du', id), 2) * 30)::INT + CASE spec WHEN 'Psychiatry' THEN 25 WHEN 'General practice' THEN 0 ELSE 8 END END,
  CASE WHEN stt = 'D' THEN round(std_fee * CASE vt WHEN 'new complaint' THEN 1.2 WHEN 'video' THEN 0.7 WHEN 'vaccination' THEN 0.5 ELSE 1 END + pick([0, 0, 15, 27.5, 40], r('xf', id), 1.2), 2) END
FROM s ORDER BY id;

INSERT INTO dx_cd VALUES
 ('I10','Hypertension','Heart and circulation',true),
 ('I48','Atrial fibrillation','Heart and circulation',true),
 ('I50','Heart failure','Heart and circulation',true),
 ('I83','Varicose veins','Heart and circulation',false),
 ('J06','Upper respiratory infection','Respiratory',false),
 ('J20','Acute bronchitis','Respiratory',false),
 ('J45','Asthma','Respiratory',true),
 ('J44','COPD','Respiratory',true),
 ('J30','Hay fever','Respiratory',false),
 ('E11','Type 2 diabetes','Metabolic',true),
 ('E03','Hypothyroidism','Metabolic',true),
 ('E66','Obesity','Metabolic',true),
 ('E78','High cholesterol','Metabolic',true),
 ('L20','Eczema','Skin',true),
 ('L40','Psoriasis','Skin',true),
 ('L70','Acne','Skin',false),
 ('B07','Warts','Skin',false),
 ('M54','Back pain','Bones and joints',false),
 ('M17','Knee arthrosis','Bones and joints',true),
 ('S93','Sprained ankle','Bones and joints',false),
 ('M75','Shoulder impingement','Bones and joints',false),
 ('F32','Depression','Mental health',true),
 ('F41','Anxiety disorder','Mental health',true),
 ('G47','Insomnia','Mental health',false),
 ('N39','Urinary tract infection','Women and urology',false),
 ('N80','Endometriosis','Women and urology',true),
 ('N95','Menopausal symptoms','Women and urology',false),
 ('H66','Ear infection','Childhood',false),
 ('B01','Chickenpox','Childhood',false),
 ('A09','Stomach flu','Childhood',false),
 ('Q66','Club foot','Childhood',true);

INSERT INTO dx
SELECT DISTINCT appt_id, cd FROM (
  SELECT appt_id, CASE
    WHEN n = 2 OR spec = 'General practice' THEN pick(['J06','I10','M54','E11','J20','E78','A09','J30','N39','J45','F41','E66','L20','H66','E03','G47','J44','S93','F32','B07'], r('dxg' || n, appt_id), 1.6)
    WHEN spec = 'Cardiology' THEN pick(['I10','I48','E78','I50','I83'], r('dxc', appt_id), 1.4)
    WHEN spec = 'Paediatrics' THEN pick(['H66','J06','A09','L20','B01','J45'], r('dxp', appt_id), 1.3)
    WHEN spec = 'Dermatology' THEN pick(['L20','L70','L40','B07'], r('dxd', appt_id), 1.3)
    WHEN spec = 'Orthopaedics' THEN pick(['M54','M17','M75','S93'], r('dxo', appt_id), 1.3)
    WHEN spec = 'Gynaecology' THEN pick(['N39','N95','N80'], r('dxw', appt_id), 1.2)
    ELSE pick(['F32','F41','G47'], r('dxs', appt_id), 1.3) END AS cd
  FROM appt JOIN doc USING (doc_id), range(1, 3) u(n)
  WHERE st = 'D' AND vst_typ <> 'vaccination' AND r('dxh' || n, appt_id) < CASE n WHEN 1 THEN 0.84 ELSE 0.17 END
) ORDER BY 1, 2;

INSERT INTO med VALUES
 (1,'Amoxicillin 500 mg','Antibiotic',7.4),(2,'Penicillin V 333 mg','Antibiotic',6.15),(3,'Nitrofurantoin 100 mg','Antibiotic',11.9),(4,'Doxycycline 100 mg','Antibiotic',9.35),
 (5,'Paracetamol 500 mg','Painkiller',2.95),(6,'Ibuprofen 400 mg','Painkiller',4.6),(7,'Naproxen 500 mg','Painkiller',8.25),(8,'Tramadol 50 mg','Painkiller',10.7),
 (9,'Amlodipine 5 mg','Blood pressure',5.85),(10,'Ramipril 5 mg','Blood pressure',6.4),(11,'Bisoprolol 2.5 mg','Blood pressure',7.1),(12,'Losartan 50 mg','Blood pressure',8.8),
 (13,'Atorvastatin 20 mg','Cholesterol',9.9),(14,'Rosuvastatin 10 mg','Cholesterol',12.3),
 (15,'Metformin 850 mg','Diabetes',6.75),(16,'Gliclazide 60 mg','Diabetes',8.1),(17,'Semaglutide pen','Diabetes',128),
 (18,'Salbutamol inhaler','Inhaler',6.95),(19,'Budesonide inhaler','Inhaler',23.4),(20,'Tiotropium inhaler','Inhaler',37.6),
 (21,'Cetirizine 10 mg','Allergy',4.95),(22,'Mometasone spray','Allergy',9.2),
 (23,'Hydrocortisone cream','Skin',5.3),(24,'Betamethasone cream','Skin',8.45),(25,'Adapalene gel','Skin',17.8),
 (26,'Sertraline 50 mg','Antidepressant',8.6),(27,'Escitalopram 10 mg','Antidepressant',9.75),(28,'Mirtazapine 15 mg','Antidepressant',10.2),
 (29,'Zopiclone 7.5 mg','Sleep',7.65),(30,'Levothyroxine 50 mcg','Thyroid',4.4),
 (31,'Apixaban 5 mg','Anticoagulant',58.9),(32,'Estradiol patch','Hormone',19.5),(33,'Liothyronine 20 mcg','Thyroid',71.3);

INSERT INTO rx
SELECT row_number() OVER (ORDER BY appt_id, icd_cd, k), appt_id, m, 1 + floor(pow(r('rq', appt_id * 10 + k), 2.5) * 4)::INT,
  CASE WHEN r('rd', appt_id * 10 + k) < 0.12 THEN NULL WHEN chr_fl THEN pick([90, 30, 60, 180], r('rdd', appt_id * 10 + k), 1.3) ELSE pick([7, 10, 5, 14, 21], r('rdd', appt_id * 10 + k), 1.2) END,
  CASE WHEN chr_fl THEN floor(r('rr', appt_id * 10 + k) * 7)::INT ELSE floor(pow(r('rr', appt_id * 10 + k), 4) * 2)::INT END
FROM (
  SELECT appt_id, icd_cd, chr_fl, k, pick(CASE icd_cd
    WHEN 'I10' THEN [9, 10, 11, 12] WHEN 'I48' THEN [31, 11, 31, 11] WHEN 'I50' THEN [11, 10, 31, 10] WHEN 'J06' THEN [5, 1, 6, 2] WHEN 'J20' THEN [1, 4, 5, 18]
    WHEN 'J45' THEN [18, 19, 18, 19] WHEN 'J44' THEN [20, 18, 19, 20] WHEN 'J30' THEN [21, 22, 21, 22] WHEN 'E11' THEN [15, 16, 17, 15] WHEN 'E03' THEN [30, 30, 30, 30]
    WHEN 'E66' THEN [17, 17, 17, 17] WHEN 'E78' THEN [13, 14, 13, 14] WHEN 'L20' THEN [23, 24, 23, 21] WHEN 'L40' THEN [24, 24, 23, 24] WHEN 'L70' THEN [25, 4, 25, 25]
    WHEN 'M54' THEN [6, 7, 8, 5] WHEN 'M17' THEN [7, 6, 5, 8] WHEN 'M75' THEN [6, 7, 6, 5] WHEN 'F32' THEN [26, 27, 28, 26] WHEN 'F41' THEN [27, 26, 28, 27] WHEN 'G47' THEN [29, 28, 29, 29]
    WHEN 'N39' THEN [3, 3, 1, 3] WHEN 'N80' THEN [7, 32, 6, 7] WHEN 'N95' THEN [32, 32, 32, 26] WHEN 'H66' THEN [1, 5, 1, 2] ELSE [5, 6, 5, 6] END, r('rm', appt_id * 10 + k + ascii(icd_cd)), 1.4) AS m
  FROM dx JOIN dx_cd USING (icd_cd), range(1, 3) u(k)
  WHERE r('rh' || k, appt_id * 100 + ascii(icd_cd)) < CASE k WHEN 1 THEN 0.66 ELSE 0.12 END
) QUALIFY row_number() OVER (PARTITION BY appt_id, m ORDER BY icd_cd, k) = 1;

INSERT INTO pmt
WITH b AS (
  SELECT appt_id, appt_dt, fee, ins_typ, CASE ins_typ WHEN 'none' THEN 0 WHEN 'public' THEN 0.6 ELSE 0.85 END AS sh
  FROM appt JOIN pat USING (pat_id) WHERE st = 'D'
), x AS (
  SELECT appt_id, 'insurer' AS payr, round(fee * sh, 2) AS amt, appt_dt + 9 + floor(pow(r('pi', appt_id), 1.6) * 60)::INT AS d FROM b WHERE sh > 0 AND r('pin', appt_id) > 0.05
  UNION ALL
  SELECT appt_id, 'patient', round((fee - round(fee * sh, 2)) * CASE WHEN r('part', appt_id) < 0.06 THEN 0.5 ELSE 1 END, 2), appt_dt + CASE WHEN r('pp', appt_id) < 0.7 THEN 0 ELSE floor(r('ppd', appt_id) * 45)::INT END FROM b WHERE r('ppn', appt_id) > 0.09
)
SELECT row_number() OVER (ORDER BY d, appt_id, payr), appt_id, d, amt, payr,
  CASE WHEN payr = 'insurer' THEN 'transfer' ELSE pick(['card','cash','transfer'], r('mt', appt_id), 1.7) END
FROM x WHERE d <= DATE '2024-12-31';
