CREATE TEMP MACRO u(i, salt) AS (hash(i, salt) % 100000) / 100000.0;

CREATE TABLE tblBranch (
  BranchId INTEGER PRIMARY KEY,
  BranchName VARCHAR NOT NULL,
  District VARCHAR NOT NULL,
  OpenedDate DATE NOT NULL,
  FloorArea INTEGER NOT NULL,
  WeeklyHours DECIMAL(4,1) NOT NULL,
  HasChildrensRoom BOOLEAN NOT NULL,
  HeadLibrarian VARCHAR
);
COMMENT ON COLUMN tblBranch.FloorArea IS 'Square metres';
COMMENT ON COLUMN tblBranch.HeadLibrarian IS 'NULL: post vacant';

CREATE TABLE tblAuthor (
  AuthorId INTEGER PRIMARY KEY,
  AuthorName VARCHAR NOT NULL,
  Nationality VARCHAR NOT NULL,
  BirthYear INTEGER,
  DeathYear INTEGER
);
COMMENT ON COLUMN tblAuthor.DeathYear IS 'NULL: living author';

CREATE TABLE tblTitle (
  TitleId INTEGER PRIMARY KEY,
  TitleName VARCHAR NOT NULL UNIQUE,
  Genre VARCHAR NOT NULL,
  Audience VARCHAR NOT NULL,
  Language VARCHAR NOT NULL,
  PublishYear INTEGER NOT NULL,
  Format VARCHAR NOT NULL,
  PageCount INTEGER,
  PreviousTitleId INTEGER REFERENCES tblTitle(TitleId)
);
COMMENT ON COLUMN tblTitle.Audience IS 'Adults, Teens or Children';
COMMENT ON COLUMN tblTitle.PageCount IS 'NULL: audiobook';
COMMENT ON COLUMN tblTitle.PreviousTitleId IS 'The volume before it in the series; NULL: stands alone or opens a series';

CREATE TABLE tblTitleAuthor (
  TitleId INTEGER NOT NULL REFERENCES tblTitle(TitleId),
  AuthorId INTEGER NOT NULL REFERENCES tblAuthor(AuthorId),
  PRIMARY KEY (TitleId, AuthorId)
);

CREATE TABLE tblCopy (
  CopyId INTEGER PRIMARY KEY,
  TitleId INTEGER NOT NULL REFERENCES tblTitle(TitleId),
  BranchId INTEGER NOT NULL REFERENCES tblBranch(BranchId),
  AcquiredDate DATE NOT NULL,
  Price DECIMAL(6,2),
  Condition VARCHAR NOT NULL,
  WithdrawnDate DATE
);
COMMENT ON COLUMN tblCopy.Price IS 'Purchase price in pounds; NULL: donated copy';
COMMENT ON COLUMN tblCopy.Condition IS 'New, Good, Worn or Damaged';
COMMENT ON COLUMN tblCopy.WithdrawnDate IS 'NULL: still in stock';

CREATE TABLE tblPatron (
  PatronId INTEGER PRIMARY KEY,
  PatronName VARCHAR NOT NULL,
  Category VARCHAR NOT NULL,
  BirthDate DATE NOT NULL,
  District VARCHAR NOT NULL,
  Email VARCHAR,
  HomeBranchId INTEGER NOT NULL REFERENCES tblBranch(BranchId),
  JoinDate DATE NOT NULL,
  CardExpiryDate DATE NOT NULL,
  GuarantorId INTEGER REFERENCES tblPatron(PatronId)
);
COMMENT ON TABLE tblPatron IS 'Readers, also called members or borrowers';
COMMENT ON COLUMN tblPatron.Category IS 'Adult, Senior, Student or Child';
COMMENT ON COLUMN tblPatron.GuarantorId IS 'The grown-up patron who signed for a child; NULL for all other patrons';

CREATE TABLE tblLoan (
  LoanId INTEGER PRIMARY KEY,
  CopyId INTEGER NOT NULL REFERENCES tblCopy(CopyId),
  PatronId INTEGER NOT NULL REFERENCES tblPatron(PatronId),
  LoanDate DATE NOT NULL,
  DueDate DATE NOT NULL,
  ReturnDate DATE,
  RenewalCount INTEGER NOT NULL,
  CheckoutPoint VARCHAR NOT NULL
);
COMMENT ON COLUMN tblLoan.ReturnDate IS 'NULL: still out; overdue when also past DueDate. Returned late: after DueDate';
COMMENT ON COLUMN tblLoan.CheckoutPoint IS 'desk, self-service or app';

CREATE TABLE tblFine (
  FineId INTEGER PRIMARY KEY,
  LoanId INTEGER NOT NULL REFERENCES tblLoan(LoanId),
  FineReason VARCHAR NOT NULL,
  Amount DECIMAL(6,2) NOT NULL,
  IssuedDate DATE NOT NULL,
  PaidDate DATE,
  IsWaived BOOLEAN NOT NULL
);
COMMENT ON COLUMN tblFine.FineReason IS 'late, damage or lost';
COMMENT ON COLUMN tblFine.PaidDate IS 'NULL: not paid; outstanding when not waived either';

CREATE TABLE tblHold (
  HoldId INTEGER PRIMARY KEY,
  TitleId INTEGER NOT NULL REFERENCES tblTitle(TitleId),
  PatronId INTEGER NOT NULL REFERENCES tblPatron(PatronId),
  PickupBranchId INTEGER NOT NULL REFERENCES tblBranch(BranchId),
  PlacedDate DATE NOT NULL,
  ReadyDate DATE,
  HoldStatus VARCHAR NOT NULL
);
COMMENT ON TABLE tblHold IS 'Reservations of titles. Waiting time: days from PlacedDate to ReadyDate';
COMMENT ON COLUMN tblHold.ReadyDate IS 'Day a copy lay ready for pickup; NULL: not (yet)';
COMMENT ON COLUMN tblHold.HoldStatus IS 'waiting, ready, collected, expired (not picked up in time) or cancelled';

INSERT INTO tblBranch VALUES
(1,'Central Library','Old Town','1934-09-01',2850,54.0,true,'Margaret Ashdown'),
(2,'Riverside','Riverside','1971-05-14',940,40.0,true,'Colin Draper'),
(3,'Hillcrest','Hillcrest','1988-10-03',620,34.5,true,'Yasmin Akhtar'),
(4,'Mill Lane','Millfields','1963-03-20',410,28.0,false,NULL),
(5,'Station Road','Station Quarter','2006-06-17',730,45.5,false,'Owen Pritchard'),
(6,'Northgate','Northgate','1979-11-08',350,22.0,true,'Helen Burrows'),
(7,'Harbour Point','Docklands','2023-04-22',1120,48.0,true,'Dele Okafor'),
(8,'Mobile Library','Rural','1996-02-01',38,18.5,false,NULL);

INSERT INTO tblAuthor VALUES
(1,'Eleanor Thackray','British',1961,NULL),(2,'Hugh Pemberton','British',1948,2021),(3,'Ingrid Solvang','Norwegian',1970,NULL),(4,'Rafael Montoya','Spanish',1955,NULL),(5,'Amara Nwosu','Nigerian',1982,NULL),
(6,'Colette Marchand','French',1939,2011),(7,'Declan Rourke','Irish',1966,NULL),(8,'Wanda Zielinska','Polish',1973,NULL),(9,'Benedict Lyle','British',1990,NULL),(10,'Priya Raghavan','Indian',1978,NULL),
(11,'Tobias Krantz','German',1958,NULL),(12,'Josephine Hale','American',1944,2018),(13,'Samuel Okonjo','Nigerian',1969,NULL),(14,'Mei Tanaka','Japanese',1985,NULL),(15,'Gwen Prosser','British',1952,NULL),
(16,'Lars Ekdahl','Swedish',1963,NULL),(17,'Beatriz Fonseca','Portuguese',1988,NULL),(18,'Arthur Wendell','British',1867,1931),(19,'Clara Whitcombe','British',1871,1949),(20,'Nadia Haddad','Lebanese',1975,NULL),
(21,'Patrick Oduya','Kenyan',1993,NULL),(22,'Rosalind Finch','British',1980,NULL),(23,'Emil Varga','Hungarian',1949,2020),(24,'Harriet Stone','American',1972,NULL),(25,'Jonas Brandt','German',1986,NULL),
(26,'Fiona Macrae','British',1964,NULL),(27,'Luc Desmarais','French',1957,NULL),(28,'Sadie Bloom','American',1995,NULL),(29,'Krystyna Nowak','Polish',1946,NULL),(30,'Oliver Penhale','British',1976,NULL),
(31,'Anonymous','Unknown',NULL,NULL),(32,'Theo Marsh','British',1999,NULL);

CREATE TEMP TABLE draft AS SELECT row_number() OVER () AS n, * FROM (VALUES
('The Salt Road','Crime','Adults','English',2016,'Book',384,NULL,1,NULL),
('The Chalk Pit','Crime','Adults','English',2018,'Book',402,1,1,NULL),
('The Drowned Bell','Crime','Adults','English',2020,'Book',396,2,1,NULL),
('The Winter Ferry','Crime','Adults','English',2023,'Book',421,3,1,NULL),
('A Quiet Inquest','Crime','Adults','English',1994,'Book',288,NULL,2,NULL),
('Ice Harbour','Crime','Adults','English',2011,'Book',455,NULL,3,NULL),
('Black Fjord','Crime','Adults','English',2014,'Book',470,6,3,NULL),
('Northern Silence','Crime','Adults','English',2022,'Book',512,7,3,NULL),
('La casa del faro','Fiction','Adults','Spanish',2003,'Book',318,NULL,4,NULL),
('El último tranvía','Fiction','Adults','Spanish',2015,'Book',276,NULL,4,NULL),
('Harmattan Season','Fiction','Adults','English',2019,'Book',344,NULL,5,NULL),
('Daughters of the Delta','Fiction','Adults','English',2023,'Book',398,NULL,5,NULL),
('Les Heures bleues','Fiction','Adults','French',1978,'Book',231,NULL,6,NULL),
('Un été à Sète','Fiction','Adults','French',1986,'Book',204,NULL,6,NULL),
('The Turf Cutter','Fiction','Adults','English',2009,'Book',295,NULL,7,NULL),
('Dublin in the Rain','Crime','Adults','English',2017,'Book',367,NULL,7,NULL),
('Dom nad rzeka','Fiction','Adults','Polish',2012,'Book',340,NULL,8,NULL),
('Cisza po burzy','Crime','Adults','Polish',2019,'Book',388,NULL,8,NULL),
('Orbit of Glass','Science Fiction','Adults','English',2021,'Book',436,NULL,9,NULL),
('Moons of Glass','Science Fiction','Adults','English',2022,'Book',448,19,9,NULL),
('Ashes of Glass','Science Fiction','Adults','English',2024,'Book',502,20,9,NULL),
('The Mango Accountant','Fiction','Adults','English',2014,'Book',312,NULL,10,NULL),
('Monsoon Ledger','Fiction','Adults','English',2018,'Book',329,22,10,NULL),
('Der stille Garten','Fiction','Adults','German',1999,'Book',256,NULL,11,NULL),
('Nebel über Kiel','Crime','Adults','German',2013,'Book',352,NULL,25,NULL),
('Prairie Letters','Fiction','Adults','English',1981,'Book',410,NULL,12,NULL),
('A House with Nine Doors','Fiction','Adults','English',1990,'Book',377,NULL,12,NULL),
('How Markets Forget','Business','Adults','English',2020,'Book',298,NULL,13,NULL),
('The Honest Spreadsheet','Business','Adults','English',2022,'Book',214,NULL,13,24),
('Small Shop, Big Street','Business','Adults','English',2017,'Book',190,NULL,24,NULL),
('Paper Cranes over Osaka','Fiction','Adults','English',2020,'Book',268,NULL,14,NULL),
('The Robot Who Baked','Picture Book','Children','English',2018,'Book',32,NULL,14,22),
('Welsh Kitchens','Cookery','Adults','English',2004,'Book',224,NULL,15,NULL),
('Bread for Beginners','Cookery','Adults','English',2011,'Book',176,NULL,15,NULL),
('Forty Soups','Cookery','Adults','English',2019,'Book',152,NULL,15,26),
('Smoke and Rye','Cookery','Adults','English',2021,'Book',240,NULL,16,NULL),
('The Viking Ledger','History','Adults','English',2008,'Book',416,NULL,16,NULL),
('Lisbon Rooftops','Romance','Adults','English',2019,'Book',302,NULL,17,NULL),
('Second Spring in Porto','Romance','Adults','English',2022,'Book',326,38,17,NULL),
('The Clockmaker of Bath','Classics','Adults','English',1902,'Book',520,NULL,18,NULL),
('Moorland Gothic','Classics','Adults','English',1911,'Book',468,NULL,18,NULL),
('A Season at Lyme','Classics','Adults','English',1898,'Book',390,NULL,19,NULL),
('Miss Tarrant Decides','Classics','Adults','English',1907,'Book',355,NULL,19,NULL),
('Beirut, Slowly','Biography','Adults','English',2016,'Book',284,NULL,20,NULL),
('My Mother''s Cedar','Biography','Adults','English',2023,'Book',252,NULL,20,NULL),
('Running from Eldoret','Biography','Adults','English',2021,'Book',266,NULL,21,NULL),
('Pip and the Puddle','Picture Book','Children','English',2015,'Book',28,NULL,22,NULL),
('Pip and the Snow','Picture Book','Children','English',2016,'Book',28,47,22,NULL),
('Pip and the Moon','Picture Book','Children','English',2018,'Book',30,48,22,NULL),
('Pip Goes to School','Picture Book','Children','English',2021,'Book',32,49,22,NULL),
('The Danube Files','History','Adults','English',1997,'Book',488,NULL,23,NULL),
('Empires of Paprika','History','Adults','English',2005,'Book',364,NULL,23,NULL),
('Dragonfly Academy','Fantasy','Teens','English',2017,'Book',356,NULL,24,NULL),
('Dragonfly Rebellion','Fantasy','Teens','English',2018,'Book',372,53,24,NULL),
('Dragonfly Throne','Fantasy','Teens','English',2020,'Book',410,54,24,NULL),
('Trains of Europe','Travel','Adults','English',2014,'Book',208,NULL,25,27),
('Islands on a Budget','Travel','Adults','English',2019,'Book',196,NULL,26,NULL),
('Walking the Old Borders','Travel','Adults','English',2022,'Book',232,NULL,26,NULL),
('Paris sans carte','Travel','Adults','French',2010,'Book',184,NULL,27,NULL),
('Locker 113','Fiction','Teens','English',2021,'Book',248,NULL,28,NULL),
('Locker 114','Fiction','Teens','English',2023,'Book',262,60,28,NULL),
('Text Me When the World Ends','Science Fiction','Teens','English',2022,'Book',318,NULL,28,32),
('Babcia opowiada','Picture Book','Children','Polish',1992,'Book',40,NULL,29,NULL),
('The Tin Mine Ghosts','Fantasy','Children','English',2013,'Book',188,NULL,30,NULL),
('The Lighthouse Ghosts','Fantasy','Children','English',2015,'Book',196,64,30,NULL),
('The Railway Ghosts','Fantasy','Children','English',2019,'Book',204,65,30,NULL),
('Ballads of the Coast','Poetry','Adults','English',1890,'Book',144,NULL,31,NULL),
('Pocket Haiku','Poetry','Adults','English',2009,'Book',96,NULL,14,NULL),
('Night Bus Poems','Poetry','Adults','English',2023,'Book',88,NULL,32,NULL),
('The Salt Road (audio)','Crime','Adults','English',2017,'Audiobook',NULL,NULL,1,NULL),
('Harmattan Season (audio)','Fiction','Adults','English',2020,'Audiobook',NULL,NULL,5,NULL),
('Dragonfly Academy (audio)','Fantasy','Teens','English',2018,'Audiobook',NULL,NULL,24,NULL),
('Bread for Beginners (large print)','Cookery','Adults','English',2013,'Large Print',268,NULL,15,NULL),
('A Season at Lyme (large print)','Classics','Adults','English',2001,'Large Print',610,NULL,19,NULL),
('The Chalk Pit (large print)','Crime','Adults','English',2019,'Large Print',590,NULL,1,NULL),
('Gardens in Gravel','Gardening','Adults','English',2020,'Book',168,NULL,26,15),
('The Patient Allotment','Gardening','Adults','English',2016,'Book',182,NULL,30,NULL),
('Composting for Cowards','Gardening','Adults','English',2023,'Book',120,NULL,30,NULL),
('Sterne zählen','Picture Book','Children','German',2011,'Book',36,NULL,11,NULL),
('Counting Sheep Twice','Picture Book','Children','English',2007,'Book',24,NULL,10,NULL),
('Sailors of the Wall','Fantasy','Adults','English',2010,'Book',644,NULL,7,3),
('The Mapless City','Fantasy','Adults','English',2022,'Book',588,NULL,9,NULL),
('Kilimanjaro for Two','Romance','Adults','English',2024,'Book',288,NULL,21,5),
('Ledger of a Spy','Biography','Adults','English',1985,'Book',330,NULL,2,NULL)
) v(title, genre, audience, lang, yr, fmt, pages, prev, author1, author2);
INSERT INTO tblTitle SELECT n, title, genre, audience, lang, yr, fmt, pages, prev FROM draft WHERE prev IS NULL ORDER BY n;
INSERT INTO tblTitle SELECT n, title, genre, audience, lang, yr, fmt, pages, prev FROM draft WHERE prev IN (SELECT TitleId FROM tblTitle) ORDER BY n;
INSERT INTO tblTitle SELECT n, title, genre, audience, lang, yr, fmt, pages, prev FROM draft WHERE prev IN (SELECT TitleId FROM tblTitle) AND n NOT IN (SELECT TitleId FROM tblTitle) ORDER BY n;
INSERT INTO tblTitle SELECT n, title, genre, audience, lang, yr, fmt, pages, prev FROM draft WHERE n NOT IN (SELECT TitleId FROM tblTitle) ORDER BY n;
INSERT INTO tblTitleAuthor SELECT n, author1 FROM draft UNION ALL SELECT n, author2 FROM draft WHERE author2 IS NOT NULL ORDER BY 1, 2;
DROP TABLE draft;

INSERT INTO tblCopy
WITH kept AS (
  SELECT TitleId, k, TitleId * 20 + k AS s, Audience, Format, PublishYear, PageCount FROM tblTitle, range(1, 11) r(k)
  WHERE k <= CASE WHEN TitleId IN (43, 59, 67) THEN 0 ELSE 1 + CAST(floor(9 * power(u(TitleId, 'copies'), 1.6)) AS INTEGER) END
),
placed AS (
  SELECT *, CASE WHEN u(s, 'br') < 0.34 THEN 1 WHEN u(s, 'br') < 0.52 THEN 2 WHEN u(s, 'br') < 0.66 THEN 3 WHEN u(s, 'br') < 0.74 THEN 4 WHEN u(s, 'br') < 0.85 THEN 5 WHEN u(s, 'br') < 0.9 THEN 6 WHEN u(s, 'br') < 0.98 THEN 7 ELSE 8 END AS branch FROM kept
),
dated AS (
  SELECT *, greatest(CASE WHEN branch = 7 THEN DATE '2023-03-15' ELSE DATE '2022-01-03' END, make_date(PublishYear, 2, 1)) + CAST(floor(CASE WHEN branch = 7 OR PublishYear >= 2023 THEN 300 ELSE 860 END * power(u(s, 'acq'), 1.9)) AS INTEGER) AS acquired FROM placed
)
SELECT row_number() OVER (ORDER BY acquired, s), TitleId, branch, acquired,
  CASE WHEN u(s, 'don') < 0.13 THEN NULL ELSE round((CASE Format WHEN 'Audiobook' THEN 19.5 WHEN 'Large Print' THEN 17 ELSE 6.5 + coalesce(PageCount, 0) * 0.018 END) * (0.85 + 0.4 * u(s, 'price')), 2) END,
  CASE WHEN u(s, 'cond') < 0.16 THEN 'New' WHEN u(s, 'cond') < 0.7 THEN 'Good' WHEN u(s, 'cond') < 0.93 THEN 'Worn' ELSE 'Damaged' END,
  CASE WHEN u(s, 'wd') < 0.11 AND acquired + 300 < DATE '2024-12-01' THEN acquired + CAST(250 + floor((DATE '2024-12-20' - acquired - 250) * u(s, 'wdd')) AS INTEGER) END
FROM dated WHERE acquired <= DATE '2024-12-10' ORDER BY acquired, s;

CREATE TEMP TABLE people AS
WITH base AS (
  SELECT i, ['Alice','George','Nadia','Thomas','Ruth','Imran','Sophie','Walter','Grace','Daniel','Chloe','Marcus','Joan','Ahmed','Lily','Peter','Zofia','Edward','Bronwen','Kofi','Megan','Stanley','Aisha','Robin'][1 + (i - 1) % 24] AS fn,
    ['Barker','Ellis','Hussain','Whitaker','Cole','Nolan','Patel','Sutton','Greaves','Kowalska','Moss','Adeyemi','Larkin','Fletcher','Boyd','Tran','Holloway','Quinn','Rowe','Sinclair','Tanner','Vaughan','Yates','Pearce','Lowry','Dunn','Marlow'][1 + ((i - 1) * 5 + (i - 1) // 24) % 27] AS ln,
    CASE WHEN i > 150 AND i % 4 = 0 THEN 'Child' WHEN u(i, 'cat') < 0.24 THEN 'Senior' WHEN u(i, 'cat') < 0.38 THEN 'Student' ELSE 'Adult' END AS cat,
    DATE '2022-01-03' + CAST(floor(1040 * power(u(i, 'join'), 1.7)) AS INTEGER) AS joined
  FROM range(1, 301) r(i)
),
homed AS (
  SELECT *, CASE WHEN u(i, 'hb') < 0.33 THEN 1 WHEN u(i, 'hb') < 0.52 THEN 2 WHEN u(i, 'hb') < 0.68 THEN 3 WHEN u(i, 'hb') < 0.76 THEN 4 WHEN u(i, 'hb') < 0.86 THEN 5 WHEN u(i, 'hb') < 0.91 THEN 6 WHEN u(i, 'hb') < 0.98 THEN CASE WHEN joined >= DATE '2023-04-22' THEN 7 ELSE 1 END ELSE 8 END AS home FROM base
)
SELECT i, fn || ' ' || ln AS name, cat,
  CASE cat WHEN 'Child' THEN DATE '2010-02-01' + CAST(floor(2900 * u(i, 'b')) AS INTEGER) WHEN 'Student' THEN DATE '1998-05-01' + CAST(floor(3000 * u(i, 'b')) AS INTEGER) WHEN 'Senior' THEN DATE '1936-01-01' + CAST(floor(7600 * power(u(i, 'b'), 0.7)) AS INTEGER) ELSE DATE '1961-01-01' + CAST(floor(14500 * u(i, 'b')) AS INTEGER) END AS born,
  CASE WHEN u(i, 'ds') < 0.7 THEN (SELECT District FROM tblBranch WHERE BranchId = home) ELSE ['Old Town','Riverside','Hillcrest','Millfields','Station Quarter','Northgate','Docklands','Rural'][1 + CAST(floor(8 * power(u(i, 'dd'), 1.4)) AS INTEGER)] END AS district,
  CASE WHEN u(i, 'em') < 0.77 AND cat <> 'Child' THEN lower(fn) || '.' || lower(ln) || ['@gmail.com','@outlook.com','@btinternet.com'][1 + CAST(floor(3 * power(u(i, 'dom'), 1.5)) AS INTEGER)] END AS email,
  home, joined, joined + 365 * CASE WHEN u(i, 'renew') < 0.62 OR joined > DATE '2024-01-01' THEN CAST(ceil((DATE '2025-01-01' - joined) / 365.0) AS INTEGER) ELSE 1 END AS expiry,
  CASE WHEN cat = 'Child' THEN 1 + CAST(floor(70 * power(u(i, 'gu'), 1.4)) AS INTEGER) END AS guarantor
FROM homed;
INSERT INTO tblPatron SELECT * FROM people WHERE guarantor IS NULL ORDER BY i;
INSERT INTO tblPatron SELECT * FROM people WHERE guarantor IS NOT NULL ORDER BY i;
DROP TABLE people;

INSERT INTO tblLoan
WITH steps AS (
  SELECT CopyId, TitleId, BranchId, Audience, AcquiredDate, WithdrawnDate, k, CopyId * 50 + k AS s,
    2 + CAST(floor((12 + 130 * power(u(TitleId, 'fame'), 1.1)) * power(u(CopyId * 50 + k, 'gap'), 1.4)) AS INTEGER) AS gap,
    CASE WHEN u(CopyId * 50 + k, 'ren') < 0.72 THEN 0 WHEN u(CopyId * 50 + k, 'ren') < 0.92 THEN 1 ELSE 2 END AS renewals
  FROM tblCopy JOIN tblTitle USING (TitleId), range(1, 31) r(k)
),
spans AS (
  SELECT *, greatest(1, 14 * renewals + CASE WHEN u(s, 'late') < 0.2 THEN 22 + CAST(floor(60 * power(u(s, 'days'), 3)) AS INTEGER) ELSE 3 + CAST(floor(19 * power(u(s, 'days'), 0.6)) AS INTEGER) END) AS days, u(s, 'lost') < 0.009 AS is_lost FROM steps
),
laid AS (
  SELECT *, AcquiredDate + CAST(SUM(gap + days) OVER (PARTITION BY CopyId ORDER BY k) - days AS INTEGER) AS lent, coalesce(SUM(CAST(is_lost AS INTEGER)) OVER (PARTITION BY CopyId ORDER BY k ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS lost_before FROM spans
),
taken AS (
  SELECT *, 1 + CAST(floor(288 * power(u(s, 'who'), 1.5)) AS INTEGER) AS patron FROM laid WHERE lent <= DATE '2024-12-31' AND lost_before = 0 AND (WithdrawnDate IS NULL OR lent + days < WithdrawnDate)
)
SELECT row_number() OVER (ORDER BY lent, s), CopyId, patron, lent, lent + 21 + 14 * renewals, CASE WHEN lent + days <= DATE '2024-12-31' AND NOT is_lost THEN lent + days END, renewals,
  CASE WHEN BranchId = 8 OR u(s, 'cp') < 0.45 THEN 'desk' WHEN u(s, 'cp') < 0.88 THEN 'self-service' ELSE 'app' END
FROM taken JOIN tblPatron ON patron = PatronId
WHERE JoinDate <= lent AND (HomeBranchId = BranchId OR u(s, 'away') < 0.55) AND (Category <> 'Child' OR Audience <> 'Adults' OR u(s, 'kid') < 0.1) AND (Audience <> 'Children' OR Category <> 'Student')
ORDER BY lent, s;

INSERT INTO tblFine
WITH due AS (
  SELECT LoanId, CASE WHEN ReturnDate > DueDate THEN 'late' WHEN ReturnDate IS NULL AND DueDate + 60 < DATE '2024-12-31' THEN 'lost' WHEN u(LoanId, 'dam') < 0.018 AND ReturnDate IS NOT NULL THEN 'damage' END AS reason,
    coalesce(ReturnDate, DueDate + 60) AS day, ReturnDate - DueDate AS days, Price FROM tblLoan JOIN tblCopy USING (CopyId)
),
owed AS (
  SELECT *, CASE reason WHEN 'late' THEN least(12.5, 0.25 * days) WHEN 'lost' THEN coalesce(Price, 8) + 3 ELSE round(2 + 9 * power(u(LoanId, 'dmg'), 1.5), 1) END AS amount FROM due WHERE reason IS NOT NULL AND u(LoanId, 'fined') < 0.94
)
SELECT row_number() OVER (ORDER BY day, LoanId), LoanId, reason, amount, day,
  CASE WHEN u(LoanId, 'pd') < CASE reason WHEN 'lost' THEN 0.45 ELSE 0.74 END AND day + CAST(floor(80 * power(u(LoanId, 'pdd'), 2.2)) AS INTEGER) <= DATE '2024-12-31' THEN day + CAST(floor(80 * power(u(LoanId, 'pdd'), 2.2)) AS INTEGER) END,
  u(LoanId, 'pd') > 0.91
FROM owed ORDER BY day, LoanId;

INSERT INTO tblHold
WITH tries AS (
  SELECT i, 1 + CAST(floor(84 * power(u(i, 'ti'), 1.7)) AS INTEGER) AS title, 1 + CAST(floor(295 * power(u(i, 'pa'), 1.3)) AS INTEGER) AS patron, DATE '2022-02-01' + CAST(floor(1064 * power(u(i, 'pl'), 0.8)) AS INTEGER) AS placed FROM range(1, 620) r(i)
),
ok AS (
  SELECT i, title, patron, HomeBranchId, placed, u(i, 'st') AS st, placed + 1 + CAST(floor(70 * power(u(i, 'wait'), 2)) AS INTEGER) AS ready
  FROM tries JOIN tblPatron ON patron = PatronId JOIN tblTitle ON title = TitleId WHERE placed >= JoinDate AND year(placed) >= PublishYear AND TitleId NOT IN (43, 67)
)
SELECT row_number() OVER (ORDER BY placed, i), title, patron, CASE WHEN u(i, 'pk') < 0.8 THEN HomeBranchId ELSE 1 END, placed,
  CASE WHEN st >= 0.14 AND ready <= DATE '2024-12-31' THEN ready END,
  CASE WHEN st < 0.14 THEN 'cancelled' WHEN ready > DATE '2024-12-31' THEN 'waiting' WHEN ready > DATE '2024-12-21' THEN 'ready' WHEN st > 0.9 THEN 'expired' ELSE 'collected' END
FROM ok ORDER BY placed, i;
DROP MACRO u;
