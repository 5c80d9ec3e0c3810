CREATE TEMP MACRO rnd(seed, i) AS (hash('hr' || seed || i::VARCHAR) % 99991)::DOUBLE / 99991;
CREATE TEMP MACRO one_of(l, x, skew) AS l[1 + least(floor(pow(x, skew) * len(l))::INT, len(l)::INT - 1)];

CREATE TABLE Department (
  departmentId INTEGER PRIMARY KEY,
  departmentName VARCHAR NOT NULL,
  costCentre VARCHAR NOT NULL,
  division VARCHAR NOT NULL,
  headcountTarget INTEGER
);
CREATE TABLE JobPosition (
  positionId INTEGER PRIMARY KEY,
  positionTitle VARCHAR NOT NULL,
  departmentId INTEGER NOT NULL REFERENCES Department (departmentId),
  careerLevel VARCHAR NOT NULL,
  salaryBandMin DECIMAL(10,2) NOT NULL,
  salaryBandMax DECIMAL(10,2) NOT NULL
);
CREATE TABLE Employee (
  employeeId INTEGER PRIMARY KEY,
  fullName VARCHAR NOT NULL,
  gender VARCHAR,
  birthDate DATE NOT NULL,
  officeCity VARCHAR NOT NULL,
  positionId INTEGER NOT NULL REFERENCES JobPosition (positionId),
  managerId INTEGER REFERENCES Employee (employeeId),
  contractType VARCHAR NOT NULL,
  weeklyHours DECIMAL(4,1) NOT NULL,
  hireDate DATE NOT NULL,
  leaveDate DATE,
  leaveReason VARCHAR
);
CREATE TABLE Salary (
  employeeId INTEGER NOT NULL REFERENCES Employee (employeeId),
  validFrom DATE NOT NULL,
  validTo DATE,
  annualGross DECIMAL(10,2) NOT NULL,
  changeReason VARCHAR NOT NULL,
  PRIMARY KEY (employeeId, validFrom)
);
CREATE TABLE Absence (
  absenceId INTEGER PRIMARY KEY,
  employeeId INTEGER NOT NULL REFERENCES Employee (employeeId),
  absenceType VARCHAR NOT NULL,
  startDate DATE NOT NULL,
  endDate DATE NOT NULL,
  workDays INTEGER NOT NULL,
  approvedById INTEGER REFERENCES Employee (employeeId)
);
CREATE TABLE JobApplication (
  applicationId INTEGER PRIMARY KEY,
  positionId INTEGER NOT NULL REFERENCES JobPosition (positionId),
  candidateName VARCHAR NOT NULL,
  sourceChannel VARCHAR NOT NULL,
  appliedOn DATE NOT NULL,
  applicationStatus VARCHAR NOT NULL,
  interviewRounds INTEGER NOT NULL,
  decidedOn DATE,
  expectedSalary DECIMAL(10,2)
);
CREATE TABLE Training (
  trainingId INTEGER PRIMARY KEY,
  trainingTitle VARCHAR NOT NULL,
  topicArea VARCHAR NOT NULL,
  providerName VARCHAR,
  durationHours DECIMAL(5,1) NOT NULL,
  seatCost DECIMAL(8,2) NOT NULL,
  isMandatory BOOLEAN NOT NULL
);
CREATE TABLE TrainingEnrolment (
  employeeId INTEGER NOT NULL REFERENCES Employee (employeeId),
  trainingId INTEGER NOT NULL REFERENCES Training (trainingId),
  enrolledOn DATE NOT NULL,
  completedOn DATE,
  testScore INTEGER,
  PRIMARY KEY (employeeId, trainingId)
);

COMMENT ON COLUMN Department.headcountTarget IS 'Planned number of employees; NULL: no plan';
COMMENT ON COLUMN JobPosition.salaryBandMin IS 'Lower end of the pay band, EUR a year';
COMMENT ON COLUMN JobPosition.salaryBandMax IS 'Upper end of the pay band, EUR a year';
COMMENT ON TABLE Employee IS 'Everyone ever employed; the department comes from the position. Headcount counts only those with no leaveDate';
COMMENT ON COLUMN Employee.gender IS 'female, male or diverse; NULL: not stated';
COMMENT ON COLUMN Employee.managerId IS 'Line manager; NULL: top of the company';
COMMENT ON COLUMN Employee.weeklyHours IS 'Contract hours a week; under 38 is part-time';
COMMENT ON COLUMN Employee.leaveDate IS 'Last working day; NULL: still employed (current or active employee)';
COMMENT ON COLUMN Salary.validTo IS 'Last day of this pay; NULL: current pay, or last pay of someone who left';
COMMENT ON COLUMN Salary.annualGross IS 'Gross pay in EUR a year';
COMMENT ON COLUMN Absence.workDays IS 'Working days missed; days of absence are their sum';
COMMENT ON COLUMN Absence.approvedById IS 'Employee who approved it; NULL: no approval needed or given';
COMMENT ON COLUMN JobApplication.decidedOn IS 'Day of hire, rejection or withdrawal; NULL: still open';
COMMENT ON COLUMN JobApplication.expectedSalary IS 'EUR a year asked for; NULL: not given';
COMMENT ON COLUMN Training.providerName IS 'External provider; NULL: held in-house';
COMMENT ON COLUMN Training.seatCost IS 'EUR for each enrolled employee';
COMMENT ON COLUMN TrainingEnrolment.completedOn IS 'NULL: not completed';
COMMENT ON COLUMN TrainingEnrolment.testScore IS '0 to 100, 60 is a pass; NULL: no test taken';

INSERT INTO Department VALUES
 (1,'Management','CC-100','Corporate',NULL),(2,'Finance','CC-110','Corporate',16),(3,'Human Resources','CC-120','Corporate',12),
 (4,'Software Engineering','CC-200','Technology',48),(5,'Data & Analytics','CC-210','Technology',14),(6,'IT Support','CC-220','Technology',15),
 (7,'Sales','CC-300','Commercial',36),(8,'Marketing','CC-310','Commercial',18),(9,'Customer Care','CC-320','Commercial',40),
 (10,'Warehouse','CC-400','Operations',34),(11,'Legal','CC-130','Corporate',5),(12,'Innovation Lab','CC-230','Technology',6);
INSERT INTO JobPosition VALUES
 (1,'Chief Executive Officer',1,'Executive',180000,240000),(2,'Chief Technology Officer',1,'Executive',150000,200000),(3,'Chief Operating Officer',1,'Executive',145000,190000),
 (4,'Finance Manager',2,'Lead',78000,105000),(5,'Accountant',2,'Professional',46000,62000),(6,'Payroll Specialist',2,'Professional',44000,58000),
 (7,'HR Manager',3,'Lead',72000,98000),(8,'Recruiter',3,'Professional',43000,60000),(9,'HR Assistant',3,'Junior',34000,42000),
 (10,'Engineering Manager',4,'Lead',92000,125000),(11,'Senior Developer',4,'Senior',76000,98000),(12,'Software Developer',4,'Professional',56000,76000),(13,'Junior Developer',4,'Junior',44000,56000),(14,'QA Engineer',4,'Professional',50000,68000),
 (15,'Head of Data',5,'Lead',88000,118000),(16,'Data Analyst',5,'Professional',50000,68000),(17,'Data Scientist',5,'Senior',66000,90000),
 (18,'IT Support Lead',6,'Lead',60000,80000),(19,'Helpdesk Agent',6,'Junior',33000,43000),(20,'Systems Administrator',6,'Professional',48000,66000),
 (21,'Sales Director',7,'Lead',90000,130000),(22,'Account Executive',7,'Professional',48000,74000),(23,'Sales Development Rep',7,'Junior',35000,46000),
 (24,'Marketing Lead',8,'Lead',70000,94000),(25,'Content Editor',8,'Professional',42000,58000),(26,'Performance Marketer',8,'Professional',46000,66000),
 (27,'Customer Care Lead',9,'Lead',52000,70000),(28,'Customer Care Agent',9,'Junior',29000,38000),(29,'Escalation Specialist',9,'Professional',37000,48000),
 (30,'Warehouse Lead',10,'Lead',48000,64000),(31,'Picker',10,'Junior',27000,34000),(32,'Forklift Driver',10,'Professional',31000,40000),
 (33,'Corporate Counsel',11,'Senior',80000,110000),(34,'Robotics Researcher',12,'Senior',72000,100000);

CREATE TEMP TABLE e0 AS
WITH x AS (
  SELECT i::INTEGER AS employeeId,
    CASE i WHEN 1 THEN 1 WHEN 2 THEN 2 WHEN 3 THEN 3 WHEN 4 THEN 4 WHEN 5 THEN 7 WHEN 6 THEN 10 WHEN 7 THEN 15 WHEN 8 THEN 18 WHEN 9 THEN 21 WHEN 10 THEN 24 WHEN 11 THEN 27 WHEN 12 THEN 30 WHEN 13 THEN 33 WHEN 14 THEN 10 WHEN 15 THEN 27
      ELSE one_of([28,28,28,12,12,31,31,22,22,11,28,23,32,13,14,19,12,25,29,5,16,26,31,20,22,8,17,6,11,9], rnd('po', i), 1.12) END AS positionId,
    CASE WHEN i <= 3 THEN DATE '2022-01-03' WHEN i <= 15 THEN DATE '2022-01-10' + (i::INT * 4) ELSE DATE '2022-02-01' + floor(pow(rnd('hd', i), 1.1) * 1050)::INT END AS h0
  FROM range(1, 229) t(i)),
y AS (SELECT x.*, departmentId, careerLevel, salaryBandMin AS lo, salaryBandMax AS hi,
    CASE WHEN employeeId > 15 AND month(h0) IN (7, 8, 12) AND rnd('hs', employeeId) < 0.5 THEN least(h0 + 61, DATE '2024-12-16') ELSE h0 END AS hireDate FROM x JOIN JobPosition USING (positionId)),
z AS (SELECT *, CASE departmentId WHEN 1 THEN CASE employeeId WHEN 1 THEN NULL ELSE 1 END WHEN 2 THEN 4 WHEN 3 THEN 5 WHEN 4 THEN CASE WHEN employeeId % 3 = 0 THEN 14 ELSE 6 END WHEN 5 THEN 7 WHEN 6 THEN 8 WHEN 7 THEN 9 WHEN 8 THEN 10 WHEN 9 THEN CASE WHEN employeeId % 5 < 2 THEN 15 ELSE 11 END WHEN 10 THEN 12 ELSE 1 END AS boss,
    hireDate + 45 + floor(rnd('lt', employeeId) * 800)::INT AS ld,
    rnd('lv', employeeId) < CASE departmentId WHEN 9 THEN 0.42 WHEN 10 THEN 0.36 WHEN 7 THEN 0.33 WHEN 8 THEN 0.2 ELSE 0.15 END AND employeeId > 15 AS leaves FROM y)
SELECT *, CASE WHEN leaves AND ld < DATE '2024-12-24' THEN ld END AS leaveDate FROM z;

CREATE TEMP TABLE n0 AS
SELECT employeeId, CASE WHEN g < 0.07 THEN NULL WHEN g < 0.50 THEN 'female' WHEN g < 0.985 THEN 'male' ELSE 'diverse' END AS gender,
  CASE WHEN g < 0.50 THEN one_of(['Amelie','Birgit','Carla','Dilara','Eva','Franziska','Gabriela','Helen','Iris','Johanna','Katja','Leonie','Mona','Nadine','Olga','Petra','Rania','Silke','Tamara','Ursula'], rnd('f', employeeId), 1)
  ELSE one_of(['Adrian','Bastian','Cem','Dominik','Erik','Florian','Georg','Hassan','Ivan','Jan','Kevin','Leon','Marco','Nils','Omar','Philipp','Ralf','Stefan','Timo','Viktor'], rnd('m', employeeId), 1) END || ' ' ||
  ['Albrecht','Becker','Cordes','Demir','Engel','Frank','Gruber','Hahn','Ivanova','Jung','Krause','Lorenz','Meier','Neumann','Otto','Pohl','Richter','Sauer','Thiel','Ulrich','Vogel','Winter','Zimmer','Arslan','Brandt','Costa','Dietz','Ebert','Fuchs','Geiger','Haddad','Jovanovic','Kaya','Lang','Maurer','Novak','Peters','Rossi','Schulz'][1 + employeeId * 17 % 39] AS fullName
FROM (SELECT employeeId, rnd('ge', employeeId) AS g FROM e0);

CREATE TEMP TABLE e1 AS
SELECT employeeId, fullName, gender, CASE careerLevel WHEN 'Executive' THEN DATE '1966-02-10' WHEN 'Lead' THEN DATE '1968-06-01' WHEN 'Senior' THEN DATE '1974-01-15' WHEN 'Professional' THEN DATE '1972-03-20' ELSE DATE '1979-05-05' END
    + floor(rnd('bd', employeeId) * CASE careerLevel WHEN 'Executive' THEN 4600 WHEN 'Lead' THEN 7300 WHEN 'Senior' THEN 6900 WHEN 'Professional' THEN 9700 ELSE 9300 END)::INT,
  CASE WHEN departmentId = 10 THEN 'Leipzig' WHEN departmentId = 9 AND rnd('oc', employeeId) < 0.6 THEN 'Leipzig' ELSE one_of(['Berlin','Berlin','Munich','Leipzig','Lisbon','Remote'], rnd('of', employeeId), 1.25) END,
  positionId, CASE WHEN employeeId <= 15 OR departmentId = 1 THEN CASE employeeId WHEN 1 THEN NULL ELSE CASE WHEN employeeId IN (6, 7, 8, 14) THEN 2 WHEN employeeId IN (11, 12, 15) THEN 3 ELSE 1 END END ELSE boss END,
  CASE WHEN employeeId <= 15 THEN 'permanent' WHEN careerLevel = 'Junior' AND rnd('ck', employeeId) < 0.3 THEN 'fixed-term' WHEN careerLevel = 'Junior' AND rnd('ck', employeeId) > 0.84 THEN 'working student' WHEN rnd('ck', employeeId) > 0.9 THEN 'fixed-term' ELSE 'permanent' END,
  CASE WHEN careerLevel = 'Junior' AND rnd('ck', employeeId) > 0.84 THEN 20 WHEN employeeId <= 3 THEN 40 ELSE one_of([38, 38, 38, 38, 40, 38, 30, 24, 20]::DECIMAL(4,1)[], rnd('wh', employeeId), 1.1) END,
  hireDate, leaveDate, CASE WHEN leaveDate IS NULL THEN NULL ELSE one_of(['resigned','resigned','contract ended','dismissed','moved away','retired'], rnd('lr', employeeId), 1.3) END
FROM e0 JOIN n0 USING (employeeId);
INSERT INTO Employee SELECT * FROM e1 WHERE employeeId = 1;
INSERT INTO Employee SELECT * FROM e1 WHERE employeeId IN (2, 3);
INSERT INTO Employee SELECT * FROM e1 WHERE employeeId BETWEEN 4 AND 15;
INSERT INTO Employee SELECT * FROM e1 WHERE employeeId > 15 ORDER BY employeeId;

INSERT INTO Salary
WITH s AS (
  SELECT employeeId, hireDate, leaveDate, round((lo + (hi - lo) * pow(rnd('sl', employeeId), 1.3) * 0.85) / 100) * 100 AS base FROM e0),
ev AS (
  SELECT employeeId, hireDate AS validFrom, base AS pay, 'hired' AS changeReason, 0 AS ord FROM s
  UNION ALL
  SELECT employeeId, make_date(y::INT, 4, 1), NULL, 'annual review', 1 FROM s, range(2022, 2025) t(y) WHERE make_date(y::INT, 4, 1) > hireDate + 150 AND (leaveDate IS NULL OR make_date(y::INT, 4, 1) < leaveDate - 30) AND rnd('ar', employeeId * 10 + y) < 0.72
  UNION ALL
  SELECT employeeId, make_date(y::INT, 10, 1), NULL, CASE WHEN rnd('pr', employeeId + y) < 0.5 THEN 'promotion' ELSE 'retention raise' END, 2 FROM s, range(2022, 2025) t(y) WHERE make_date(y::INT, 10, 1) > hireDate + 200 AND (leaveDate IS NULL OR make_date(y::INT, 10, 1) < leaveDate - 30) AND rnd('pp', employeeId * 10 + y) < 0.14),
f AS (SELECT ev.employeeId, validFrom, changeReason, base, CASE changeReason WHEN 'hired' THEN 1 WHEN 'annual review' THEN 1.015 + rnd('ri', ev.employeeId || validFrom::VARCHAR) * 0.03 WHEN 'promotion' THEN 1.08 + rnd('ri', ev.employeeId || validFrom::VARCHAR) * 0.07 ELSE 1.05 END AS factor FROM ev JOIN s USING (employeeId))
SELECT employeeId, validFrom, (lead(validFrom) OVER (PARTITION BY employeeId ORDER BY validFrom) - 1)::DATE, round(base * product(factor) OVER (PARTITION BY employeeId ORDER BY validFrom) / 10) * 10, changeReason FROM f ORDER BY 1, 2;

INSERT INTO Absence
WITH a AS (SELECT i::INTEGER AS i, 1 + floor(pow(rnd('ae', i), 1.25) * 227)::INT AS employeeId, rnd('at', i) AS t FROM range(1, 1501) r(i)),
b AS (SELECT i, a.employeeId, departmentId, boss, CASE WHEN a.employeeId % 29 = 7 AND t < 0.48 THEN 'vacation' WHEN t < 0.42 THEN 'vacation' WHEN t < 0.80 THEN 'sick leave' WHEN t < 0.88 THEN 'child sick' WHEN t < 0.94 THEN 'training leave' WHEN t < 0.97 THEN 'unpaid leave' ELSE 'parental leave' END AS absenceType,
    hireDate, coalesce(leaveDate, DATE '2024-12-28') AS fin FROM a JOIN e0 USING (employeeId) WHERE a.employeeId % 13 <> 6),
c AS (SELECT *, hireDate + floor(rnd('as', i) * greatest(1, fin - hireDate - 1))::INT AS s0 FROM b),
d AS (SELECT *, CASE WHEN dayofweek(s0) = 0 THEN s0 + 1 WHEN dayofweek(s0) = 6 THEN s0 - 1 ELSE s0 END AS s1 FROM c),
l AS (SELECT *, CASE absenceType WHEN 'vacation' THEN one_of([1, 3, 5, 5, 8, 10, 13], rnd('al', i), 1) WHEN 'sick leave' THEN 1 + floor(pow(rnd('al', i), 3.2) * 21)::INT WHEN 'child sick' THEN 1 + floor(rnd('al', i) * 3)::INT WHEN 'training leave' THEN 1 + floor(rnd('al', i) * 4)::INT WHEN 'unpaid leave' THEN 2 + floor(rnd('al', i) * 12)::INT ELSE 20 + floor(rnd('al', i) * 70)::INT END AS n FROM d),
q AS (SELECT *, least(s1 + n - 1 + 2 * ((dayofweek(s1) - 1 + n - 1) // 5)::INT, fin) AS e1 FROM l),
w AS (SELECT *, (SELECT count(*) FROM range(0, e1 - s1 + 1) g(k) WHERE dayofweek(s1 + k::INT) NOT IN (0, 6)) AS wd FROM q)
SELECT row_number() OVER (ORDER BY s1, i)::INTEGER, employeeId, absenceType, s1, e1, wd,
  CASE WHEN absenceType IN ('sick leave', 'child sick') OR rnd('ap', i) < 0.05 THEN NULL WHEN employeeId <= 15 THEN 1 ELSE boss END
FROM w WHERE wd > 0 AND s1 >= hireDate AND e1 <= DATE '2024-12-31';

INSERT INTO JobApplication
WITH hired AS (
  SELECT employeeId AS k, positionId, fullName AS candidateName, hireDate - 30 - floor(rnd('aw', employeeId) * 55)::INT AS appliedOn, 'hired' AS applicationStatus FROM Employee WHERE employeeId > 15 AND hireDate >= DATE '2022-04-10'),
other AS (
  SELECT i + 1000 AS k, one_of([12,28,22,16,11,26,13,25,8,31,5,19,17,20,14,33,32,23,10,29], rnd('op', i), 1.45) AS positionId,
    one_of(['Alma','Boris','Celine','Davide','Esra','Fabio','Gina','Hugo','Inga','Joel','Kim','Luisa','Mehmet','Nora','Pavel','Rita','Samir','Tessa','Uwe','Wanda'], rnd('o1', i), 1) || ' ' || one_of(['Adler','Bianchi','Celik','Duarte','Eriksson','Farkas','Goncalves','Horvat','Iversen','Jansson','Klein','Lopes','Moser','Nowak','Olsen','Pereira','Ruiz','Silva','Tran','Vargas','Wolff'], rnd('o2', i), 1) AS candidateName,
    DATE '2022-01-20' + floor(pow(rnd('oa', i), 0.8) * 1070)::INT AS appliedOn, CASE WHEN rnd('os', i) < 0.80 THEN 'rejected' ELSE 'withdrawn' END AS applicationStatus FROM range(1, 741) t(i)),
u AS (SELECT * FROM hired UNION ALL SELECT * FROM other),
v AS (SELECT u.*, appliedOn + 6 + floor(pow(rnd('od', k), 1.6) * 70)::INT AS dd, salaryBandMin AS lo, salaryBandMax AS hi FROM u JOIN JobPosition USING (positionId)),
w AS (SELECT *, CASE WHEN applicationStatus <> 'hired' AND (dd > DATE '2024-12-31') THEN CASE WHEN rnd('oo', k) < 0.45 THEN 'in review' WHEN rnd('oo', k) < 0.8 THEN 'interview' ELSE 'offer made' END ELSE applicationStatus END AS st FROM v)
SELECT row_number() OVER (ORDER BY appliedOn, k)::INTEGER, positionId, candidateName, one_of(['LinkedIn','Job board','Careers page','Referral','Agency','University fair'], rnd('oc', k + CASE WHEN st = 'hired' THEN 5000 ELSE 0 END), CASE WHEN st = 'hired' THEN 1.0 ELSE 1.7 END),
  appliedOn, st, CASE st WHEN 'hired' THEN 2 + floor(rnd('ir', k) * 3)::INT WHEN 'in review' THEN 0 WHEN 'offer made' THEN 3 WHEN 'interview' THEN 1 + floor(rnd('ir', k) * 2)::INT ELSE floor(pow(rnd('ir', k), 2.4) * 4)::INT END,
  CASE WHEN st IN ('in review', 'interview', 'offer made') THEN NULL WHEN st = 'hired' THEN appliedOn + 12 + floor(rnd('od', k) * 17)::INT ELSE dd END,
  CASE WHEN rnd('es', k) < 0.22 THEN NULL ELSE round((lo + (hi - lo) * (rnd('ex', k) * 1.25)) / 500) * 500 END
FROM w;

INSERT INTO Training VALUES
 (1,'Information Security Basics','Compliance',NULL,2,0,true),(2,'Data Protection at Work','Compliance',NULL,1.5,0,true),(3,'Occupational Safety','Compliance','SafeWork Akademie',4,35,true),
 (4,'Leading a Team for the First Time','Leadership','Nordlicht Coaching',16,890,false),(5,'Difficult Conversations','Leadership','Nordlicht Coaching',8,460,false),(6,'SQL for Everyone','Technology',NULL,12,0,false),
 (7,'Cloud Architecture','Technology','TechCampus',24,1450,false),(8,'Test Automation','Technology','TechCampus',16,980,false),(9,'Forklift Licence Refresher','Operations','SafeWork Akademie',6,120,false),
 (10,'Negotiation Skills','Sales','Dealmakers GmbH',14,720,false),(11,'Complaint Handling','Customer Service',NULL,5,0,false),(12,'Business English B2','Languages','Lingua Plus',40,540,false),
 (13,'German for Newcomers','Languages','Lingua Plus',60,610,false),(14,'Presentation Coaching','Leadership','Stimmwerk',6,380,false),(15,'Unconscious Bias in Hiring','Compliance',NULL,3,0,false),
 (16,'Machine Learning in Practice','Technology','TechCampus',32,1890,false),(17,'Excel Deep Dive','Technology',NULL,8,0,false),(18,'Mediation Certificate','Leadership','Nordlicht Coaching',80,2900,false),(19,'First Aid','Compliance','Rettungsring e.V.',9,55,false);
INSERT INTO TrainingEnrolment
WITH p AS (SELECT e.employeeId, trainingId, isMandatory, hireDate, coalesce(leaveDate, DATE '2024-12-31') AS fin, rnd('te', e.employeeId * 100 + trainingId) AS x, departmentId,
  CASE trainingId WHEN 1 THEN 0.88 WHEN 2 THEN 0.81 WHEN 3 THEN 0.66 WHEN 6 THEN CASE WHEN departmentId IN (2, 5, 7, 8) THEN 0.4 ELSE 0.1 END WHEN 17 THEN 0.16 WHEN 19 THEN 0.12 WHEN 12 THEN 0.09 WHEN 13 THEN 0.07 WHEN 18 THEN 0 WHEN 16 THEN CASE WHEN departmentId IN (4, 5) THEN 0.13 ELSE 0 END
    WHEN 7 THEN CASE WHEN departmentId IN (4, 6) THEN 0.22 ELSE 0 END WHEN 8 THEN CASE WHEN departmentId = 4 THEN 0.26 ELSE 0 END WHEN 9 THEN CASE WHEN departmentId = 10 THEN 0.45 ELSE 0 END WHEN 10 THEN CASE WHEN departmentId = 7 THEN 0.4 ELSE 0.02 END WHEN 11 THEN CASE WHEN departmentId = 9 THEN 0.5 ELSE 0.01 END
    WHEN 4 THEN CASE WHEN e.employeeId <= 15 THEN 0.6 ELSE 0.05 END WHEN 15 THEN CASE WHEN departmentId = 3 THEN 0.7 ELSE 0.05 END ELSE 0.05 END AS chance
  FROM e0 e, Training),
q AS (SELECT *, hireDate + 7 + floor(pow(rnd('td', employeeId * 31 + trainingId), CASE WHEN isMandatory THEN 2.6 ELSE 1.1 END) * greatest(1, fin - hireDate - 8))::INT AS en FROM p WHERE x < chance),
r AS (SELECT *, en + 1 + floor(pow(rnd('tc', employeeId * 17 + trainingId), 1.9) * 75)::INT AS co FROM q WHERE en <= fin)
SELECT employeeId, trainingId, en, CASE WHEN co > fin OR rnd('tn', employeeId * 7 + trainingId) < 0.14 THEN NULL ELSE co END,
  CASE WHEN co > fin OR rnd('tn', employeeId * 7 + trainingId) < 0.14 OR trainingId IN (5, 14, 19) OR rnd('tz', employeeId + trainingId * 1000) < 0.1 THEN NULL ELSE 100 - floor(pow(rnd('ts', employeeId * 11 + trainingId), 1.8) * 62)::INT END
FROM r;
