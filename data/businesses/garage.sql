-- Workshop database of Kessell & Daughter Motors (converted from the old Access file)
CREATE TEMP MACRO h(i, s, n) AS (hash(i::BIGINT * 6151 + s::BIGINT) % n::UBIGINT)::INTEGER;

CREATE TABLE tblCustomers (
  CustID INTEGER PRIMARY KEY,
  LastName VARCHAR NOT NULL,
  FirstName VARCHAR,
  CustType VARCHAR,
  Town VARCHAR,
  "Phone No" VARCHAR,
  "E-Mail" VARCHAR,
  CustSince DATE,
  DiscPct DECIMAL(4,1)
);
INSERT INTO tblCustomers
SELECT 100 + i,
  CASE WHEN i % 9 = 0 THEN ['Bramley Bakery','Coastline Taxis','Fenwick Plumbing','Holt & Marsh Ltd','Sunrise Care Home','Tregenza Farms','Ace Couriers','Parish Council','Dewhurst Dairy'][(i//9 - 1) % 9 + 1]
   ELSE ['Abbott','Barnes','Castillo','Dunn','Eriksen','Fraser','Gill','Hobbs','Iqbal','Jarvis','Kowalski','Lund','Moyo','Nash','Okafor','Pryce','Quinn','Rowe','Singh','Tully','Usher','Vickers','Walsh','Yates'][h(i,1,24)+1] END,
  CASE WHEN i % 9 <> 0 THEN ['Alan','Beth','Carla','Derek','Elena','Faisal','Gwen','Harry','Isla','Jon','Kath','Leo','Mina','Nigel','Olga','Pete'][h(i,2,16)+1] END,
  CASE WHEN i % 9 = 0 THEN 'B' ELSE 'P' END,
  ['Tolbury','Tolbury','Market Sarn','Netherby','Sarn Bridge','tolbury','Wickham','Tolbury '][h(i,3,8)+1],
  CASE WHEN h(i,4,8) > 0 THEN '01632 96' || lpad(h(i,5,10000)::VARCHAR, 4, '0') END,
  CASE WHEN h(i,6,10) > 3 THEN 'cust' || (100 + i) || ['@mailbox.example','@post.example','@workshop.example'][h(i,7,3)+1] END,
  DATE '2014-03-01' + h(i,8,4000),
  CASE WHEN i % 9 = 0 THEN [5,7.5,10][h(i,9,3)+1] WHEN h(i,9,7) = 0 THEN 5 ELSE 0 END
FROM generate_series(1, 90) g(i);
COMMENT ON COLUMN tblCustomers.CustType IS 'P = private, B = business (name of the firm in LastName)';
COMMENT ON COLUMN tblCustomers.Town IS 'free text, spelling not always the same';
COMMENT ON COLUMN tblCustomers.DiscPct IS 'standing discount in per cent';

CREATE TABLE tblVehicles (
  RegNo VARCHAR PRIMARY KEY,
  CustID INTEGER REFERENCES tblCustomers(CustID),
  Make VARCHAR,
  Model VARCHAR,
  YearBuilt INTEGER,
  FuelCode VARCHAR,
  "Engine cc" INTEGER,
  MOT_Due DATE
);
INSERT INTO tblVehicles
SELECT chr(65 + h(i,11,26)) || chr(65 + h(i,12,26)) || lpad((yb % 100)::VARCHAR, 2, '0') || ' ' || chr(65 + h(i,13,24)) || chr((65 + i % 26)::INTEGER) || chr((65 + i // 26)::INTEGER),
  CASE WHEN h(i,20,6) = 0 THEN 109 + 9 * h(i,14,8) ELSE 101 + h(i,14,82) END, mk[1], mk[2], yb, fc, CASE WHEN fc <> 'E' THEN 1000 + 100 * h(i,15,12) END,
  CASE WHEN yb < 2022 THEN DATE '2024-11-01' + h(i,16,480) END
FROM (
  SELECT i, [['Ford','Fiesta'],['Ford','Transit'],['Vauxhall','Corsa'],['Volkswagen','Golf'],['Toyota','Yaris'],['Nissan','Leaf'],['BMW','320'],['Skoda','Octavia'],['Peugeot','208'],['Toyota','Corolla'],['Ford','Focus'],['VW','Golf'],['Kia','Niro']][h(i,17,13)+1] AS mk,
    2006 + h(i,18,17) AS yb,
    CASE WHEN h(i,17,13) = 5 THEN 'E' WHEN h(i,17,13) IN (12, 9) THEN 'H' WHEN h(i,17,13) = 1 OR h(i,19,3) = 0 THEN 'D' ELSE 'P' END AS fc
  FROM generate_series(1, 130) g(i)
);
COMMENT ON COLUMN tblVehicles.FuelCode IS 'P = petrol, D = diesel, E = electric, H = hybrid';
COMMENT ON COLUMN tblVehicles.MOT_Due IS 'MOT test due by; empty for vehicles too new to need one';

CREATE TABLE tblMechanics (
  MechID INTEGER PRIMARY KEY,
  MechName VARCHAR,
  Grade INTEGER,
  RatePerHour DECIMAL(6,2),
  HiredOn DATE,
  LeftOn DATE,
  MentorID INTEGER
);
INSERT INTO tblMechanics VALUES
 (1,'Marion Kessell',3,72.00,'2009-05-04',NULL,NULL),
 (2,'Dave Pardoe',3,68.50,'2012-09-17',NULL,1),
 (3,'Yusuf Demir',2,58.00,'2017-02-06',NULL,1),
 (4,'Carys Bevan',2,56.50,'2019-10-21',NULL,2),
 (5,'Lee Stott',2,55.00,'2018-06-11','2024-08-30',2),
 (6,'Nadia Roche',1,38.00,'2022-09-05',NULL,3),
 (7,'Tom Birkett',1,36.00,'2023-09-04',NULL,4),
 (8,'Ewan Giles',1,36.00,'2024-09-02',NULL,4),
 (9,'Rosa Kessell',3,66.00,'2015-01-12',NULL,1);
COMMENT ON COLUMN tblMechanics.Grade IS '1 = apprentice, 2 = mechanic, 3 = master mechanic';
COMMENT ON COLUMN tblMechanics.LeftOn IS 'empty while still employed';
COMMENT ON COLUMN tblMechanics.MentorID IS 'MechID of the colleague who trains or supervises';

CREATE TABLE tblJobs (
  JobNo INTEGER PRIMARY KEY,
  RegNo VARCHAR REFERENCES tblVehicles(RegNo),
  DateIn DATE,
  DateOut DATE,
  Odometer INTEGER,
  JobType VARCHAR,
  JobStatus INTEGER,
  LeadMech INTEGER REFERENCES tblMechanics(MechID),
  EstCost DECIMAL(8,2),
  "Customer Complaint" VARCHAR
);
INSERT INTO tblJobs
SELECT 5000 + i, reg, din,
  CASE WHEN st = 3 THEN din + h(i,21,4) * h(i,22,4) END,
  CASE WHEN h(i,23,12) > 0 THEN greatest(40, (2025.4 - yb - (DATE '2025-06-30' - din) / 365.0) * (5200 + h(n,24,6000)) + h(i,24,120))::INTEGER END,
  ['SVC','SVC','MOT','REP','REP','TYR','BDY','DIA','MOT'][h(i,25,9)+1],
  st,
  CASE WHEN din < DATE '2024-08-30' THEN [1,2,3,4,5,9,2,5][h(i,26,8)+1] ELSE [1,2,3,4,9,9,3,6][h(i,26,8)+1] END,
  CASE WHEN h(i,27,9) = 0 THEN NULL ELSE (45 + 5 * h(i,28,160) * (1 + h(i,29,2)))::DECIMAL(8,2) END,
  ['Brakes squeal when cold','Engine warning light on','Knocking noise from front left',NULL,'Annual service',NULL,'Won''t start in the mornings','Clutch slipping','Air con not cold','Pulls to the left',NULL,'noise from rear, brakes?','Battery flat again','Oil leak on drive'][h(i,30,14)+1]
FROM (
  SELECT i, n, v.RegNo AS reg, v.YearBuilt AS yb, DATE '2023-01-03' + (i * 1.72)::INTEGER + CASE WHEN isodow(DATE '2023-01-03' + (i * 1.72)::INTEGER) = 7 THEN 1 ELSE 0 END AS din,
    CASE WHEN i > 512 AND h(i,31,3) > 0 THEN 1 + h(i,32,2) WHEN h(i,33,23) = 0 THEN 4 ELSE 3 END AS st
  FROM generate_series(1, 527) g(i)
  JOIN (SELECT *, row_number() OVER (ORDER BY RegNo) AS n FROM tblVehicles) v ON v.n = 1 + (h(i,34,121) * (h(i,35,3) + 1)) % 121
);
COMMENT ON COLUMN tblJobs.JobType IS 'SVC service, MOT test, REP repair, TYR tyres, BDY bodywork, DIA diagnostics';
COMMENT ON COLUMN tblJobs.JobStatus IS '1 = waiting, 2 = in progress, 3 = finished, 4 = cancelled';
COMMENT ON COLUMN tblJobs.EstCost IS 'estimate given to the customer, without VAT';

COMMENT ON COLUMN tblJobs.Odometer IS 'miles';

CREATE TABLE tblJobLabour (
  JobNo INTEGER REFERENCES tblJobs(JobNo),
  LineNum INTEGER,
  MechID INTEGER REFERENCES tblMechanics(MechID),
  "Hours Worked" DECIMAL(5,2),
  Warranty VARCHAR,
  PRIMARY KEY (JobNo, LineNum)
);
INSERT INTO tblJobLabour
SELECT JobNo, k, CASE WHEN k = 1 THEN LeadMech WHEN DateIn >= DATE '2024-09-10' THEN [6,7,8,3,4][h(JobNo*5+k,41,5)+1] WHEN DateIn >= DATE '2023-09-10' THEN [6,7,3,4,9][h(JobNo*5+k,41,5)+1] ELSE [6,2,3,4,9][h(JobNo*5+k,41,5)+1] END,
  (0.5 + 0.25 * h(JobNo*5+k,42,CASE WHEN JobType IN ('BDY','REP') THEN 24 ELSE 9 END))::DECIMAL(5,2),
  CASE WHEN h(JobNo*5+k,43,13) = 0 THEN 'Y' ELSE 'N' END
FROM tblJobs, generate_series(1, 3) g(k)
WHERE JobStatus IN (2,3) AND k <= 1 + h(JobNo,44,3);
COMMENT ON COLUMN tblJobLabour.Warranty IS 'Y = done under warranty, not charged';

CREATE TABLE tblParts (
  PartCode VARCHAR PRIMARY KEY,
  PartName VARCHAR,
  PartGroup VARCHAR,
  Supplier VARCHAR,
  CostPrice DECIMAL(8,2),
  SellPrice DECIMAL(8,2),
  InStock INTEGER,
  ReorderLevel INTEGER
);
INSERT INTO tblParts VALUES
 ('BRK-PAD-F','Front brake pads','Brakes','Autofactor North',18.40,34.00,12,6),
 ('BRK-PAD-R','Rear brake pads','Brakes','Autofactor North',16.20,29.50,3,6),
 ('BRK-DSC','Brake disc (pair)','Brakes','Stellar Components',41.00,78.00,5,4),
 ('OIL-5W30','Engine oil 5W-30, 5 l','Fluids','Lubritek',17.50,36.00,31,15),
 ('OIL-10W40','Engine oil 10W-40, 5 l','Fluids','Lubritek',14.90,31.00,8,10),
 ('FLT-OIL','Oil filter','Filters','Autofactor North',3.60,8.50,40,20),
 ('FLT-AIR','Air filter','Filters','Stellar Components',6.10,14.00,17,12),
 ('FLT-CAB','Cabin filter','filters','Stellar Components',7.25,16.50,9,10),
 ('BAT-063','Battery 063','Electrical','Voltco',38.00,69.00,4,3),
 ('BAT-096','Battery 096','Electrical','Voltco',61.00,104.00,2,3),
 ('BLB-H7','Headlamp bulb H7','Electrical','Voltco',2.10,6.00,55,20),
 ('TYR-195','Tyre 195/65 R15','Tyres','Rubberline',44.00,67.00,18,8),
 ('TYR-205','Tyre 205/55 R16','Tyres','Rubberline',49.00,74.00,10,8),
 ('TYR-VAN','Van tyre 215/65 R16C','Tyres','Rubberline',71.00,102.00,0,4),
 ('CLU-KIT','Clutch kit','Transmission','Stellar Components',112.00,189.00,1,1),
 ('WPR-24','Wiper blade 24"','Body',NULL,4.20,11.00,26,10),
 ('MIR-L','Door mirror, left','Body','Panelhouse',33.00,59.00,NULL,NULL),
 ('BMP-F','Front bumper','Body','Panelhouse',88.00,149.00,NULL,NULL),
 ('COOL-1L','Coolant 1 l','Fluids','Lubritek',3.10,7.50,14,10),
 ('AC-GAS','Air conditioning gas','Fluids','Lubritek',21.00,48.00,6,4),
 ('SPK-4','Spark plugs, set of 4','Electrical','Voltco',15.00,32.00,11,6),
 ('EXH-MID','Exhaust, middle section','Exhaust','Autofactor North',52.00,94.00,2,1),
 ('TIM-KIT','Timing belt kit','Engine','Stellar Components',67.00,128.00,3,2),
 ('TOW-BAR','Tow bar','Body','Panelhouse',95.00,165.00,1,NULL);
COMMENT ON COLUMN tblParts.InStock IS 'empty = not kept in stock, ordered when needed';

CREATE TABLE tblJobParts (
  JobNo INTEGER REFERENCES tblJobs(JobNo),
  PartCode VARCHAR REFERENCES tblParts(PartCode),
  Qty INTEGER,
  "Unit Price" DECIMAL(8,2),
  PRIMARY KEY (JobNo, PartCode)
);
INSERT INTO tblJobParts
SELECT JobNo, PartCode, any_value(q), any_value(pr) FROM (
  SELECT JobNo, p.PartCode, 1 + h(JobNo*7+k,51,CASE WHEN PartGroup = 'Tyres' THEN 4 ELSE 2 END) AS q,
    (SellPrice * (CASE WHEN DateIn < DATE '2024-01-01' THEN 0.92 ELSE 1 END))::DECIMAL(8,2) AS pr
  FROM tblJobs j, generate_series(1, 3) g(k), (SELECT *, row_number() OVER (ORDER BY PartCode) AS n FROM tblParts WHERE PartCode <> 'TOW-BAR') p
  WHERE JobStatus IN (2,3) AND k <= h(JobNo,52,4) AND JobType <> 'DIA'
    AND (CASE WHEN JobType = 'TYR' AND k = 1 THEN p.PartCode = ['TYR-195','TYR-205','TYR-VAN'][h(JobNo,53,3)+1]
      WHEN JobType = 'SVC' AND k <= 2 THEN p.PartCode = ['OIL-5W30','FLT-OIL'][k] ELSE p.n = 1 + h(JobNo*7+k,54,23) END)
) GROUP BY ALL;
COMMENT ON COLUMN tblJobParts."Unit Price" IS 'price charged per piece, without VAT';

CREATE TABLE tblInvoices (
  InvNo VARCHAR PRIMARY KEY,
  JobNo INTEGER REFERENCES tblJobs(JobNo),
  InvDate DATE,
  NetAmt DECIMAL(9,2),
  VATAmt DECIMAL(9,2),
  PaidOn DATE,
  PayMethod INTEGER
);
INSERT INTO tblInvoices
SELECT 'R' || year(d) || '-' || lpad(row_number() OVER (PARTITION BY year(d) ORDER BY d, JobNo)::VARCHAR, 4, '0'), JobNo, d,
  net, (net * 0.2)::DECIMAL(9,2), paid, CASE WHEN paid IS NOT NULL THEN [1,2,2,3][h(JobNo,61,4)+1] END
FROM (
  SELECT *, CASE WHEN d + w <= DATE '2025-06-30' AND h(JobNo,62,19) > 0 THEN d + w END AS paid
  FROM (SELECT j.JobNo, j.DateOut + h(j.JobNo,63,4) AS d, h(j.JobNo,64,5) * h(j.JobNo,65,11) AS w,
      (coalesce(l.amt, 0) + coalesce(p.amt, 0) + 8)::DECIMAL(9,2) AS net
    FROM tblJobs j
    LEFT JOIN (SELECT JobNo, sum("Hours Worked" * RatePerHour) AS amt FROM tblJobLabour JOIN tblMechanics USING (MechID) WHERE Warranty = 'N' GROUP BY ALL) l USING (JobNo)
    LEFT JOIN (SELECT JobNo, sum(Qty * "Unit Price") AS amt FROM tblJobParts GROUP BY ALL) p USING (JobNo)
    WHERE j.JobStatus = 3)
  WHERE d <= DATE '2025-06-30' AND net > 8 AND h(JobNo,66,40) > 0
);
COMMENT ON COLUMN tblInvoices.PayMethod IS '1 = cash, 2 = card, 3 = bank transfer';
COMMENT ON COLUMN tblInvoices.PaidOn IS 'empty = not paid yet';
