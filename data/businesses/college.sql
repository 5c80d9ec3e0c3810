CREATE TEMP MACRO rnd(seed, i) AS (hash('col' || seed || i::VARCHAR) % 99991)::DOUBLE / 99991;
CREATE TEMP MACRO one_of(l, x, skew) AS l[1 + least(floor(pow(x, skew) * len(l))::INT, len(l)::INT - 1)];

CREATE TABLE Department (
  DepartmentID INTEGER PRIMARY KEY, DepartmentName VARCHAR NOT NULL, Faculty VARCHAR NOT NULL, AnnualBudget DECIMAL(12,2), FoundedOn DATE NOT NULL
);
CREATE TABLE Lecturer (
  LecturerID INTEGER PRIMARY KEY, FirstName VARCHAR NOT NULL, LastName VARCHAR NOT NULL, AcademicRank VARCHAR NOT NULL,
  DepartmentID INTEGER NOT NULL REFERENCES Department (DepartmentID), HiredOn DATE NOT NULL, LeftOn DATE, Salary DECIMAL(10,2), ReportsToID INTEGER REFERENCES Lecturer (LecturerID)
);
CREATE TABLE Course (
  CourseID INTEGER PRIMARY KEY, CourseCode VARCHAR NOT NULL, CourseTitle VARCHAR NOT NULL, DepartmentID INTEGER NOT NULL REFERENCES Department (DepartmentID),
  Credits INTEGER NOT NULL, CourseLevel VARCHAR NOT NULL, PrerequisiteID INTEGER REFERENCES Course (CourseID)
);
CREATE TABLE Term (
  TermID INTEGER PRIMARY KEY, TermName VARCHAR NOT NULL, AcademicYear VARCHAR NOT NULL, StartsOn DATE NOT NULL, EndsOn DATE NOT NULL
);
CREATE TABLE Room (
  RoomID INTEGER PRIMARY KEY, RoomCode VARCHAR NOT NULL, Building VARCHAR NOT NULL, RoomType VARCHAR NOT NULL, Seats INTEGER NOT NULL
);
CREATE TABLE Section (
  SectionID INTEGER PRIMARY KEY, CourseID INTEGER NOT NULL REFERENCES Course (CourseID), TermID INTEGER NOT NULL REFERENCES Term (TermID),
  LecturerID INTEGER REFERENCES Lecturer (LecturerID), RoomID INTEGER REFERENCES Room (RoomID), Weekday VARCHAR NOT NULL, MaxStudents INTEGER NOT NULL
);
CREATE TABLE Student (
  StudentID INTEGER PRIMARY KEY, FirstName VARCHAR NOT NULL, LastName VARCHAR NOT NULL, Gender VARCHAR, BirthDate DATE NOT NULL, HomeCity VARCHAR,
  MajorID INTEGER REFERENCES Department (DepartmentID), AdmittedOn DATE NOT NULL, GraduatedOn DATE, StudentStatus VARCHAR NOT NULL, ScholarshipAmount DECIMAL(8,2)
);
CREATE TABLE Enrolment (
  EnrolmentID INTEGER PRIMARY KEY, StudentID INTEGER NOT NULL REFERENCES Student (StudentID), SectionID INTEGER NOT NULL REFERENCES Section (SectionID),
  EnrolledOn DATE NOT NULL, WithdrawnOn DATE, Mark INTEGER
);
COMMENT ON COLUMN Department.AnnualBudget IS 'USD a year; NULL: paid by its faculty';
COMMENT ON TABLE Lecturer IS 'All who ever taught here; current ones have no LeftOn';
COMMENT ON COLUMN Lecturer.LeftOn IS 'NULL: still employed';
COMMENT ON COLUMN Lecturer.Salary IS 'USD a year; NULL: unpaid visitor';
COMMENT ON COLUMN Lecturer.ReportsToID IS 'The lecturer who is the boss; NULL: reports to the dean';
COMMENT ON COLUMN Course.PrerequisiteID IS 'The course to be passed before this one; NULL: none';
COMMENT ON COLUMN Room.Seats IS 'How many fit in';
COMMENT ON TABLE Section IS 'A course as held in one term';
COMMENT ON COLUMN Section.LecturerID IS 'NULL: nobody assigned yet';
COMMENT ON COLUMN Section.RoomID IS 'NULL: held online';
COMMENT ON COLUMN Student.MajorID IS 'Department of the major; NULL: undeclared';
COMMENT ON COLUMN Student.StudentStatus IS 'active, graduated, on leave or dropped out';
COMMENT ON COLUMN Student.ScholarshipAmount IS 'USD a year; NULL: no scholarship';
COMMENT ON COLUMN Enrolment.WithdrawnOn IS 'Day the student dropped the section; NULL: did not withdraw';
COMMENT ON COLUMN Enrolment.Mark IS '0 to 100; 50 and more is a pass, less a fail; NULL: withdrawn or not marked yet';

INSERT INTO Department VALUES
 (1,'Computing','Science & Engineering',1840000,'2022-01-10'),(2,'Mathematics','Science & Engineering',960000,'2022-01-10'),(3,'Biology','Science & Engineering',1425000,'2022-01-10'),
 (4,'Business','Social Sciences',1310000,'2022-01-10'),(5,'Psychology','Social Sciences',1085000,'2022-02-01'),(6,'English','Humanities',640000,'2022-01-10'),
 (7,'History','Humanities',515000,'2022-02-01'),(8,'Nursing','Health',1690000,'2022-06-01'),(9,'Philosophy','Humanities',NULL,'2023-08-01'),(10,'Data Ethics','Social Sciences',275000,'2024-07-01');
CREATE TEMP TABLE l0 AS SELECT * FROM (VALUES
 (1,'Harriet','Vandermeer','Professor',1,'2022-01-10',NULL,128000,NULL),(2,'Solomon','Adeyemi','Professor',2,'2022-01-10',NULL,117500,NULL),(3,'Lucinda','Prat','Professor',3,'2022-01-10',NULL,121000,NULL),
 (4,'Malcolm','Treadwell','Professor',4,'2022-01-17',NULL,124000,NULL),(5,'Noriko','Hayashi','Professor',5,'2022-02-01',NULL,112000,NULL),(6,'Edmund','Castellanos','Professor',6,'2022-01-10','2024-05-31',108500,NULL),
 (7,'Beatrix','Oyelaran','Associate Professor',7,'2022-02-01',NULL,93000,6),(8,'Gloria','Whitfield','Professor',8,'2022-06-01',NULL,119000,NULL),
 (9,'Anand','Krishnan','Associate Professor',1,'2022-01-24',NULL,101500,1),(10,'Petra','Lindqvist','Assistant Professor',1,'2022-08-15',NULL,86500,1),(11,'Joaquin','Mireles','Assistant Professor',1,'2023-01-09',NULL,102500,9),
 (12,'Tabitha','Renner','Instructor',1,'2022-08-22','2023-12-20',61500,9),(13,'Owen','Skarsgard','Associate Professor',2,'2022-01-31',NULL,91500,2),(14,'Marisol','Quintero','Instructor',2,'2022-08-15',NULL,58500,13),
 (15,'Felix','Baumgart','Assistant Professor',2,'2023-08-14','2024-12-13',77000,2),(16,'Ngozi','Eze','Associate Professor',3,'2022-02-14',NULL,97000,3),(17,'Dmitri','Sokolov','Assistant Professor',3,'2022-08-15',NULL,81500,3),
 (18,'Clara','Benning','Instructor',3,'2023-08-21',NULL,57000,16),(19,'Rafael','Montoya','Associate Professor',4,'2022-03-07',NULL,99500,4),(20,'Simone','Deveraux','Assistant Professor',4,'2022-08-15',NULL,88000,4),
 (21,'Howard','Pike','Instructor',4,'2022-08-29','2023-06-30',62000,19),(22,'Leila','Haddadi','Instructor',4,'2023-08-14',NULL,63500,19),(23,'Gideon','Marsh','Assistant Professor',5,'2022-08-15',NULL,79500,5),
 (24,'Yvette','Cormier','Instructor',5,'2023-01-16',NULL,56000,23),(25,'Bertram','Ashdown','Associate Professor',6,'2022-02-21',NULL,88500,6),(26,'Xiomara','Delgado','Instructor',6,'2022-08-22',NULL,54000,25),
 (27,'Cornelius','Faber','Assistant Professor',7,'2022-08-15','2024-06-30',74500,7),(28,'Ruth','Okafor','Associate Professor',8,'2022-06-13',NULL,121500,8),(29,'Magnus','Thorsen','Instructor',8,'2022-08-29',NULL,66000,28),
 (30,'Delphine','Arnaud','Instructor',8,'2023-08-14',NULL,64500,28),(31,'Ezra','Blumenfeld','Assistant Professor',9,'2023-08-14',NULL,72000,6),(32,'Akira','Tanabe','Visiting Lecturer',1,'2024-01-15','2024-12-20',NULL,1),
 (33,'Wanda','Sikorski','Visiting Lecturer',6,'2024-08-19',NULL,NULL,25),(34,'Percival','Lowe','Instructor',5,'2024-08-19',NULL,55000,5),(35,'Ingrid','Vasquez','Associate Professor',10,'2024-08-05',NULL,98000,4)) v(a,b,c,d,e,f,g,h,i);
INSERT INTO Lecturer SELECT * FROM l0 WHERE i IS NULL;
INSERT INTO Lecturer SELECT * FROM l0 WHERE i IN (SELECT a FROM l0 WHERE i IS NULL);
INSERT INTO Lecturer SELECT * FROM l0 WHERE i IN (SELECT a FROM l0 WHERE i IS NOT NULL);
CREATE TEMP TABLE c0 AS SELECT * FROM (VALUES
 (1,'CMP101','Programming Fundamentals',1,6,'Introductory',NULL),(2,'CMP205','Data Structures',1,6,'Intermediate',1),(3,'CMP230','Databases',1,5,'Intermediate',1),(4,'CMP310','Machine Learning',1,6,'Advanced',2),(5,'CMP340','Operating Systems',1,5,'Advanced',2),(6,'CMP395','Robotics Project',1,8,'Advanced',4),
 (7,'MTH100','Calculus I',2,6,'Introductory',NULL),(8,'MTH150','Calculus II',2,6,'Introductory',7),(9,'MTH210','Linear Algebra',2,5,'Intermediate',7),(10,'MTH220','Probability',2,5,'Intermediate',8),(11,'MTH330','Stochastic Processes',2,5,'Advanced',10),
 (12,'BIO110','Cell Biology',3,5,'Introductory',NULL),(13,'BIO215','Genetics',3,6,'Intermediate',12),(14,'BIO240','Ecology',3,4,'Intermediate',12),(15,'BIO320','Molecular Lab',3,8,'Advanced',13),
 (16,'BUS101','Principles of Management',4,4,'Introductory',NULL),(17,'BUS120','Accounting I',4,5,'Introductory',NULL),(18,'BUS220','Accounting II',4,5,'Intermediate',17),(19,'BUS250','Marketing Strategy',4,4,'Intermediate',16),(20,'BUS360','Corporate Finance',4,6,'Advanced',18),
 (21,'PSY100','Introduction to Psychology',5,5,'Introductory',NULL),(22,'PSY210','Research Methods',5,5,'Intermediate',21),(23,'PSY305','Cognitive Neuroscience',5,6,'Advanced',22),
 (24,'ENG105','Academic Writing',6,3,'Introductory',NULL),(25,'ENG230','Victorian Novel',6,4,'Intermediate',24),(26,'ENG315','Creative Writing Workshop',6,4,'Advanced',24),
 (27,'HIS110','World History',7,4,'Introductory',NULL),(28,'HIS260','Cold War',7,4,'Intermediate',27),(29,'HIS340','Archives Seminar',7,5,'Advanced',28),
 (30,'NUR101','Foundations of Nursing',8,6,'Introductory',NULL),(31,'NUR210','Pharmacology',8,6,'Intermediate',30),(32,'NUR305','Clinical Placement',8,12,'Advanced',31),
 (33,'PHI120','Logic',9,4,'Introductory',NULL),(34,'PHI230','Moral Philosophy',9,4,'Intermediate',NULL),(35,'LAT100','Latin for Beginners',7,3,'Introductory',NULL),(36,'CMP399','Quantum Computing',1,5,'Advanced',5)) v(a,b,c,d,e,f,g);
INSERT INTO Course SELECT * FROM c0 WHERE g IS NULL;
INSERT INTO Course SELECT * FROM c0 WHERE g IN (SELECT a FROM c0 WHERE g IS NULL);
INSERT INTO Course SELECT * FROM c0 WHERE g IN (SELECT CourseID FROM Course) AND a NOT IN (SELECT CourseID FROM Course);
INSERT INTO Course SELECT * FROM c0 WHERE a NOT IN (SELECT CourseID FROM Course) AND g IN (SELECT CourseID FROM Course);
INSERT INTO Term VALUES
 (1,'Spring 2022','2021/22','2022-01-31','2022-05-27'),(2,'Autumn 2022','2022/23','2022-09-05','2022-12-16'),(3,'Spring 2023','2022/23','2023-01-30','2023-05-26'),
 (4,'Summer 2023','2022/23','2023-06-12','2023-07-28'),(5,'Autumn 2023','2023/24','2023-09-04','2023-12-15'),(6,'Spring 2024','2023/24','2024-01-29','2024-05-24'),(7,'Summer 2024','2023/24','2024-06-10','2024-07-26'),(8,'Autumn 2024','2024/25','2024-09-02','2024-12-13');
INSERT INTO Room VALUES
 (1,'AH-1','Ashworth Hall','Lecture hall',180),(2,'AH-2','Ashworth Hall','Lecture hall',96),(3,'AH-12','Ashworth Hall','Seminar room',28),(4,'AH-14','Ashworth Hall','Seminar room',24),(5,'TC-101','Turing Centre','Computer lab',40),
 (6,'TC-102','Turing Centre','Computer lab',32),(7,'TC-200','Turing Centre','Lecture hall',120),(8,'LS-3','Life Sciences','Wet lab',22),(9,'LS-5','Life Sciences','Wet lab',18),(10,'LS-20','Life Sciences','Seminar room',35),
 (11,'QB-7','Quad Building','Seminar room',30),(12,'QB-9','Quad Building','Seminar room',20),(13,'QB-15','Quad Building','Lecture hall',72),(14,'NH-1','Nightingale House','Skills lab',26),(15,'NH-4','Nightingale House','Seminar room',34),(16,'AN-1','Annex','Seminar room',16);

CREATE TEMP TABLE t0 AS
WITH x AS (
  SELECT CourseID, TermID, DepartmentID, CourseLevel, StartsOn, EndsOn, copy FROM Course, Term, range(1, 3) r(copy)
  WHERE CourseID <> 36 AND StartsOn >= (SELECT FoundedOn FROM Department d WHERE d.DepartmentID = Course.DepartmentID)
    AND rnd('se', CourseID * 100 + TermID * 7 + copy) < CASE WHEN TermName LIKE 'Summer%' THEN CASE WHEN copy = 1 AND CourseLevel = 'Introductory' THEN 0.35 ELSE 0 END WHEN copy = 2 THEN CASE WHEN CourseID IN (1, 7, 16, 21, 24) THEN 0.6 ELSE 0.02 END WHEN CourseLevel = 'Introductory' THEN 0.9 WHEN CourseLevel = 'Intermediate' THEN 0.62 ELSE 0.45 END)
SELECT row_number() OVER (ORDER BY TermID, CourseID, copy)::INTEGER AS SectionID, * FROM x;
INSERT INTO Section
WITH w AS (
  SELECT SectionID, LecturerID, row_number() OVER (PARTITION BY SectionID ORDER BY CASE WHEN AcademicRank = 'Professor' THEN 350 WHEN AcademicRank = 'Instructor' THEN -60 ELSE 0 END + hash(SectionID * 31 + LecturerID * 7) % 700) AS n
  FROM t0 JOIN Lecturer ON Lecturer.DepartmentID = t0.DepartmentID AND HiredOn <= StartsOn AND coalesce(LeftOn, DATE '2025-06-30') >= EndsOn)
SELECT t0.SectionID, CourseID, TermID, CASE WHEN TermID = 8 AND rnd('na', t0.SectionID) < 0.12 THEN NULL ELSE LecturerID END,
  CASE WHEN rnd('on', t0.SectionID) < 0.13 AND DepartmentID NOT IN (3, 8) THEN NULL ELSE CASE DepartmentID WHEN 1 THEN one_of([5,7,6,5,2]::INT[], rnd('ro', t0.SectionID), 1.2) WHEN 2 THEN one_of([7,2,13,11]::INT[], rnd('ro', t0.SectionID), 1) WHEN 3 THEN one_of([8,10,9,8]::INT[], rnd('ro', t0.SectionID), 1) WHEN 4 THEN one_of([1,13,11,3]::INT[], rnd('ro', t0.SectionID), 1.2) WHEN 5 THEN one_of([2,13,10,1]::INT[], rnd('ro', t0.SectionID), 1) WHEN 8 THEN one_of([14,15,14]::INT[], rnd('ro', t0.SectionID), 1) ELSE one_of([3,12,4,11,3]::INT[], rnd('ro', t0.SectionID), 1.1) END END,
  one_of(['Tuesday','Wednesday','Monday','Thursday','Friday'], rnd('wd', t0.SectionID), 1.25),
  CASE CourseLevel WHEN 'Introductory' THEN one_of([30,28,24,36]::INT[], rnd('mx', t0.SectionID), 1) WHEN 'Intermediate' THEN one_of([20,18,22,16]::INT[], rnd('mx', t0.SectionID), 1) ELSE one_of([12,14,10,16]::INT[], rnd('mx', t0.SectionID), 1) END
FROM t0 LEFT JOIN w ON w.SectionID = t0.SectionID AND n = 1 ORDER BY 1;

CREATE TEMP TABLE p0 AS
WITH x AS (SELECT i::INTEGER AS i, CASE WHEN rnd('ct', i) < 0.13 THEN DATE '2022-01-24' WHEN rnd('ct', i) < 0.42 THEN DATE '2022-08-22' WHEN rnd('ct', i) < 0.50 THEN DATE '2023-01-16' WHEN rnd('ct', i) < 0.76 THEN DATE '2023-08-21' WHEN rnd('ct', i) < 0.81 THEN DATE '2024-01-15' ELSE DATE '2024-08-19' END + floor(pow(rnd('ad', i), 2) * 13)::INT AS ad FROM range(1, 321) t(i))
SELECT row_number() OVER (ORDER BY ad, i)::INTEGER AS s, ad, rnd('ge', i) AS g, CASE WHEN rnd('mj', i) < 0.09 THEN NULL ELSE one_of([1,4,1,8,5,4,1,3,8,5,2,6,3,4,7,9], rnd('mk', i), 1.15) END AS mj, pow(rnd('ab', i), 0.75) AS ability FROM x;
CREATE TEMP TABLE e0 AS
WITH x AS (
  SELECT s, t0.SectionID, t0.CourseID, t0.TermID, StartsOn, EndsOn, ability, mj, CourseLevel, MaxStudents, t0.DepartmentID,
    row_number() OVER (PARTITION BY s, t0.TermID ORDER BY hash(s * 1013 + t0.SectionID * 17) % 1000 * CASE WHEN t0.DepartmentID = mj THEN 0.35 ELSE 1 END + CASE WHEN ad < StartsOn - 200 THEN CASE CourseLevel WHEN 'Introductory' THEN 260 ELSE 0 END ELSE CASE CourseLevel WHEN 'Introductory' THEN 0 WHEN 'Intermediate' THEN 500 ELSE 1500 END END) AS n
  FROM p0 JOIN t0 ON ad <= StartsOn JOIN Section USING (SectionID)
  WHERE rnd('yr', s) * 1700 + 140 > StartsOn - ad AND s % 31 <> 9),
y AS (SELECT * FROM x WHERE n <= CASE WHEN TermID IN (4, 7) THEN CASE WHEN rnd('su', s * 10 + TermID) < 0.12 THEN 1 ELSE 0 END ELSE 2 + floor(rnd('ld', s * 10 + TermID) * 2.6)::INT END),
d AS (SELECT * FROM y QUALIFY row_number() OVER (PARTITION BY s, CourseID ORDER BY TermID, SectionID) = 1),
k AS (SELECT * FROM d QUALIFY row_number() OVER (PARTITION BY SectionID ORDER BY n, hash(s * 3 + SectionID)) <= MaxStudents)
SELECT row_number() OVER (ORDER BY TermID, s, SectionID)::INTEGER AS e, *, StartsOn - 16 + floor(pow(rnd('ed', s * 1000 + SectionID), 1.4) * 24)::INT AS en, rnd('wi', s * 1000 + SectionID) < 0.05 + 0.09 * (1 - ability) AS wd FROM k;
INSERT INTO Student
WITH f AS (SELECT p0.*, (SELECT count(*) FROM e0 WHERE e0.s = p0.s) AS n, (SELECT max(EndsOn) FROM e0 WHERE e0.s = p0.s) AS fin, count(*) FILTER (WHERE true) OVER () AS allof FROM p0),
h AS (SELECT *, CASE WHEN n >= 8 AND ad < DATE '2023-02-01' AND fin < DATE '2024-12-01' THEN 'graduated' WHEN fin < DATE '2024-05-01' THEN 'dropped out' WHEN fin < DATE '2024-12-01' THEN CASE WHEN rnd('ol', s) < 0.5 THEN 'on leave' ELSE 'dropped out' END ELSE 'active' END AS st FROM f)
SELECT s,
  CASE WHEN g < 0.55 THEN (['Adriana','Brooke','Camille','Deja','Elena','Farah','Giselle','Hazel','Ivy','Jocelyn','Kendra','Lila','Maya','Nadia','Opal','Quinn','Rosa','Skylar','Thea','Willa'])[1 + ((s // 47) * 2 + hash(s) % 2)::INT * 7 % 20]
  ELSE (['Aidan','Brandon','Caleb','Derek','Elias','Finn','Gavin','Hector','Isaac','Jamal','Kyle','Logan','Marcus','Nolan','Oscar','Preston','Quentin','Ramon','Silas','Tyler'])[1 + ((s // 47) * 2 + hash(s) % 2)::INT * 7 % 20] END,
  (['Abrams','Brennan','Chavez','Donnelly','Espinoza','Fletcher','Garrison','Huang','Ibarra','Jensen','Kowalczyk','Langford','Mercer','Nakamura','Ortega','Pacheco','Quigley','Ramsey','Santoro','Tate','Ulrich','Vaughn','Wexler','Yoder','Zimmerman','Beckett','Cho','Dawson','Ellison','Foley','Gupta','Holloway','Irwin','Jimenez','Kessler','Lam','Moreau','Novak','Odom','Patel','Rhodes','Shapiro','Trujillo','Vance','Whitaker','Xiong','Young'])[1 + s * 11 % 47],
  CASE WHEN g < 0.55 THEN 'female' WHEN g < 0.97 THEN 'male' END,
  ad - 6560 - floor(pow(rnd('bd', s), 3) * 5200)::INT,
  CASE WHEN rnd('hn', s) < 0.05 THEN NULL ELSE one_of(['Millbrook','Millbrook','Millbrook','Carver Falls','Easton','Carver Falls','Port Haven','Ridgeway','Dunmore','Lakewood','Salt Creek'], rnd('hc', s), 1.2) END,
  mj, ad, CASE WHEN st = 'graduated' THEN fin + 14 + (s % 3)::INT END, coalesce(st, CASE WHEN ad < DATE '2024-01-01' THEN 'dropped out' ELSE 'active' END),
  CASE WHEN ability > 0.6 AND rnd('sc', s) < 0.45 THEN 500 * (2 + floor(pow(rnd('sa', s), 2) * 17)) + 50 * (s % 10) END
FROM h ORDER BY s;
INSERT INTO Enrolment
SELECT e, s, SectionID, en, CASE WHEN wd THEN least(en + 6 + floor(rnd('wx', e) * 70)::INT, EndsOn) END,
  CASE WHEN wd OR (TermID = 8 AND rnd('nm', SectionID) < 0.35) OR rnd('nz', e) < 0.006 THEN NULL
    ELSE least(100, greatest(4, round(34 + 46 * ability + CASE CourseLevel WHEN 'Introductory' THEN 2 WHEN 'Advanced' THEN -3 ELSE 0 END + CASE WHEN DepartmentID = mj THEN 4 ELSE -2 END + CASE WHEN DepartmentID = 2 THEN -6 WHEN DepartmentID IN (6, 7) THEN 4 ELSE 0 END + (rnd('m1', e) + rnd('m2', e) + rnd('m3', e) - 1.5) * 28)))::INT END
FROM e0 ORDER BY e;
