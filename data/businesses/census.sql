-- Open data of the Province of Verlund: districts, population, schools, stops (one table per published file)
CREATE TEMP MACRO h(i, s, n) AS (hash(i::BIGINT * 5023 + s::BIGINT) % n::UBIGINT)::INTEGER;

CREATE TABLE DISTRICTS (
  DIST_CODE VARCHAR,
  DIST_NAME VARCHAR,
  REGION VARCHAR,
  AREA_KM2 DOUBLE,
  URB_CLASS VARCHAR,
  COASTAL VARCHAR,
  "Seat of Council" VARCHAR
);
INSERT INTO DISTRICTS VALUES
 ('V01','Aldermark','North',212.4,'C','Y','Aldermark'),
 ('V02','Brenholt','North',388.0,'C','N','Brenholt'),
 ('V03','Carsten Bay','North',96.7,'B','Y','Carsten'),
 ('V04','Dunmere','Centre',54.2,'A','N','Dunmere'),
 ('V05','Eastgate','Centre',31.9,'A','N','Dunmere'),
 ('V06','Farrowfield','South',274.6,'C','N','Little Farrow'),
 ('V07','Grenlake','South',143.3,'B','N','Grenlake'),
 ('V08','Harrowmouth','Coast',88.1,'B','Y','Harrowmouth'),
 ('V09','Ilsted','Coast',120.5,'C','Y','Ilsted'),
 ('V10','Jarnby','North',301.2,'C','N','Jarnby'),
 ('V11','Kingsquay','Centre',27.5,'A','Y','Kingsquay'),
 ('V12','Lunden','South',166.0,'B','N','Lunden'),
 ('V13','Marrow Hills','South',410.8,'C','N','Upper Marrow'),
 ('V14','Northwick','Centre',45.0,'A','N','Northwick'),
 ('V15','Ostrava Heath','Coast',134.9,'C','N','Heath'),
 ('V16','Pellworth','Coast',71.3,'B','Y','Pellworth'),
 ('V17','Quarrenstead','South',198.7,'C','N',NULL),
 ('V18','Rosenbrink','Centre',62.8,'B','N','Rosenbrink');
COMMENT ON COLUMN DISTRICTS.URB_CLASS IS 'A = urban, B = mixed, C = rural';

CREATE TABLE POP_AGE_SEX (
  DIST_CODE VARCHAR,
  REF_YEAR INTEGER,
  AGE_BAND VARCHAR,
  SEX INTEGER,
  PERSONS INTEGER
);
INSERT INTO POP_AGE_SEX
SELECT DIST_CODE, y, ['0-14','15-29','30-49','50-64','65+'][a], s,
  (((CASE URB_CLASS WHEN 'A' THEN 9000 WHEN 'B' THEN 4200 ELSE 1900 END) + h(n,1,3600)) * [0.8,0.95,1.3,1.05,0.9][a]
   * (1 + 0.01 * (h(n*10+a,2,9) - 3) * (y - 2023)) * (0.94 + 0.01 * h(n*100+a*3+s,3,14)))::INTEGER
FROM (SELECT *, row_number() OVER (ORDER BY DIST_CODE) AS n FROM DISTRICTS), generate_series(2023, 2025) t(y), generate_series(1, 5) u(a), generate_series(1, 2) w(s);
COMMENT ON TABLE POP_AGE_SEX IS 'Resident population on 1 January of the reference year';
COMMENT ON COLUMN POP_AGE_SEX.SEX IS '1 = male, 2 = female';

CREATE TABLE "Households" (
  DIST_CODE VARCHAR,
  REF_YEAR INTEGER,
  "No. of Households" INTEGER,
  "Of Which Single-Person" INTEGER,
  "Owner-Occupied" INTEGER,
  "Median Rent" DECIMAL(7,2),
  "Vacant Dwellings" INTEGER
);
INSERT INTO "Households"
SELECT DIST_CODE, y, hh, (hh * (0.22 + 0.01 * h(n*5+y,11,24)))::INTEGER, (hh * (0.30 + 0.01 * h(n,12,45)))::INTEGER,
  CASE WHEN h(n*9+y,13,17) > 0 THEN (CASE URB_CLASS WHEN 'A' THEN 910 WHEN 'B' THEN 720 ELSE 540 END + h(n,14,170) + (y - 2023) * (8 + h(n*7+y,15,30)))::DECIMAL(7,2) END,
  CASE WHEN h(n*9+y,16,15) > 0 THEN (hh * (0.01 + 0.002 * h(n*3+y,17,28)))::INTEGER END
FROM (
  SELECT n, DIST_CODE, URB_CLASS, REF_YEAR AS y, (sum(PERSONS) / (2.0 + 0.01 * h(n,18,60)))::INTEGER AS hh
  FROM POP_AGE_SEX JOIN (SELECT *, row_number() OVER (ORDER BY DIST_CODE) AS n FROM DISTRICTS) USING (DIST_CODE) GROUP BY n, DIST_CODE, URB_CLASS, REF_YEAR
);
COMMENT ON COLUMN "Households"."Median Rent" IS 'euros per month; empty where too few rented dwellings';

CREATE TABLE "Schools" (
  "School No" INTEGER,
  "SchoolName" VARCHAR,
  DIST_CODE VARCHAR,
  "School Type" INTEGER,
  "Operator" VARCHAR,
  "No. of Pupils" INTEGER,
  "No. of Staff" INTEGER,
  "Year Founded" INTEGER,
  "Last Inspection" DATE,
  "Insp. Grade" VARCHAR,
  "Has Canteen" VARCHAR,
  CLOSED_ON DATE
);
INSERT INTO "Schools"
SELECT 700 + i,
  ['Lindenhof','St Agatha','Harbour Lane','Old Mill','Rowan Hill','Bishop Karel','Riverside','Anna Verdel','Market Square','Fjordview','Sunnybank','Ida Brandt','Castle Street','Greenfields'][h(i,21,14)+1]
   || ' ' || ['Primary School','Secondary School','Special School','Vocational College'][ty],
  'V' || lpad((h(i,22,17)+1)::VARCHAR, 2, '0'), ty,
  ['Province','Municipality','Diocese of Verlund','municipality','Municipality ','Free Schools Trust','Province','DIOCESE OF VERLUND'][h(i,23,8)+1],
  p, CASE WHEN h(i,24,13) > 0 THEN (4 + p / (9 + h(i,25,9)))::INTEGER END,
  1865 + h(i,26,158),
  CASE WHEN h(i,27,10) > 0 THEN DATE '2023-01-16' + h(i,28,880) END,
  CASE WHEN h(i,27,10) > 0 THEN ['A','B','B','B','C','C','D'][h(i,29,7)+1] END,
  CASE h(i,30,9) WHEN 0 THEN NULL WHEN 1 THEN 'n' WHEN 2 THEN 'N' WHEN 3 THEN 'N' WHEN 4 THEN 'y' ELSE 'Y' END,
  CASE WHEN h(i,31,16) = 0 OR i = 32 THEN DATE '2023-07-31' + 365 * h(i,32,2) END
FROM (SELECT i, ty, CASE ty WHEN 1 THEN 60 + h(i,33,340) WHEN 2 THEN 240 + h(i,33,800) WHEN 3 THEN 25 + h(i,33,90) ELSE 150 + h(i,33,600) END AS p
  FROM (SELECT i, [1,1,1,1,1,2,2,2,3,4][h(i,34,10)+1] AS ty FROM generate_series(1, 150) g(i)));
COMMENT ON COLUMN "Schools"."School Type" IS '1 = primary, 2 = secondary, 3 = special, 4 = vocational';
COMMENT ON COLUMN "Schools"."Insp. Grade" IS 'A = very good, B = good, C = adequate, D = failing';
COMMENT ON COLUMN "Schools".CLOSED_ON IS 'empty if the school is open; figures of closed schools are the last known';
COMMENT ON COLUMN "Schools"."Operator" IS 'as reported by the school, spelling not harmonised';

CREATE TABLE SCHOOL_EXAMS (
  "School No" INTEGER,
  EXAM_YEAR INTEGER,
  SUBJECT VARCHAR,
  CANDIDATES INTEGER,
  PASSED INTEGER,
  "Mean Score" DOUBLE
);
INSERT INTO SCHOOL_EXAMS
SELECT "School No", y, ['Mathematics','Language','Science'][s], c,
  (c * (0.55 + 0.01 * h("School No"*50+y*3+s,41,44)))::INTEGER,
  CASE WHEN h("School No"*50+y*3+s,42,18) > 0 THEN round(48 + h("School No"*50+y*3+s,43,400) / 10.0, 1) END
FROM (SELECT "School No", y, s, (10 + "No. of Pupils" * (0.08 + 0.01 * h("School No"*50+y*3+s,44,9)))::INTEGER AS c
  FROM "Schools", generate_series(2023, 2025) t(y), generate_series(1, 3) u(s)
  WHERE "School Type" IN (2,4) AND (CLOSED_ON IS NULL OR year(CLOSED_ON) >= y) AND h("School No"*50+y*3+s,45,11) > 0);
COMMENT ON TABLE SCHOOL_EXAMS IS 'Final examinations, secondary schools and vocational colleges';

CREATE TABLE TRANSPORT_STOPS (
  STOP_ID VARCHAR,
  STOP_NAME VARCHAR,
  DIST_CODE VARCHAR,
  "Mode" VARCHAR,
  FARE_ZONE INTEGER,
  "Step-Free" VARCHAR,
  SHELTER VARCHAR,
  "Opened On" DATE,
  "Nearest School" INTEGER
);
INSERT INTO TRANSPORT_STOPS
SELECT 'S' || (3000 + i * 3),
  ['Town Hall','Station Road','Harbour','Church Green','Old Mill','Hospital','Market Square','Lime Avenue','North Gate','Depot','Riverside','University','Castle Street','Ferry Pier'][h(i,51,14)+1]
    || CASE h(i,52,4) WHEN 0 THEN ' East' WHEN 1 THEN ' West' ELSE '' END,
  'V' || lpad((1 + (h(i,53,18) * (1 + h(i,54,2))) % 18)::VARCHAR, 2, '0'),
  ['B','B','B','B','T','T','R','F'][h(i,55,8)+1], 1 + h(i,56,5),
  ['Y','N','Y','N','Y',NULL][h(i,57,6)+1], ['Y','N'][h(i,58,2)+1],
  CASE WHEN h(i,59,5) = 0 THEN DATE '2023-02-01' + h(i,60,860) ELSE DATE '1968-05-01' + h(i,60,19500) END,
  CASE WHEN h(i,61,3) > 0 THEN 701 + h(i,62,150) END
FROM generate_series(1, 220) g(i);
COMMENT ON COLUMN TRANSPORT_STOPS."Mode" IS 'B = bus, T = tram, R = rail, F = ferry';
COMMENT ON COLUMN TRANSPORT_STOPS."Step-Free" IS 'Y/N, empty = not surveyed';
COMMENT ON COLUMN TRANSPORT_STOPS."Nearest School" IS 'school number, if a school lies within 500 m';

CREATE TABLE STOP_COUNTS (
  STOP_ID VARCHAR,
  COUNT_DATE DATE,
  "Boardings" INTEGER,
  "Alightings" INTEGER,
  DAY_TYPE VARCHAR,
  REMARK VARCHAR
);
INSERT INTO STOP_COUNTS
SELECT STOP_ID, d, b, CASE WHEN h(n*40+k,71,21) > 0 THEN (b * (0.7 + 0.01 * h(n*40+k,72,60)))::INTEGER END,
  CASE isodow(d) WHEN 6 THEN 'SA' WHEN 7 THEN 'SU' ELSE 'WD' END,
  CASE h(n*40+k,73,16) WHEN 0 THEN 'roadworks' WHEN 1 THEN 'Roadworks ' WHEN 2 THEN 'snow' WHEN 3 THEN 'school holidays' WHEN 4 THEN 'counter fault' END
FROM (SELECT n, k, STOP_ID, d, (CASE "Mode" WHEN 'B' THEN 40 WHEN 'T' THEN 210 WHEN 'R' THEN 380 ELSE 90 END * (0.4 + h(n,74,20) / 8.0) * (CASE WHEN isodow(d) > 5 THEN 0.55 ELSE 1 END) + h(n*40+k,75,160))::INTEGER AS b
  FROM (SELECT n, k, STOP_ID, "Mode", "Opened On", DATE '2023-01-10' + (k * 98 + h(n*40+k,76,95))::INTEGER AS d
    FROM (SELECT *, row_number() OVER (ORDER BY STOP_ID) AS n FROM TRANSPORT_STOPS), generate_series(0, 8) t(k))
  WHERE d >= "Opened On" AND n % 11 <> 4);
COMMENT ON COLUMN STOP_COUNTS.DAY_TYPE IS 'WD = Monday to Friday, SA = Saturday, SU = Sunday';
