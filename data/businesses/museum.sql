-- Hallmere Town Museum: export from the collection database (text export, all values as strings)
CREATE TEMP MACRO h(i, s, n) AS (hash(i::BIGINT * 7919 + s::BIGINT) % n::UBIGINT)::INTEGER;

CREATE TABLE "Makers" (
  "Maker ID" VARCHAR PRIMARY KEY,
  "Maker Name" VARCHAR,
  "Nationality" VARCHAR,
  "Born" VARCHAR,
  "Died" VARCHAR,
  "Maker Kind" VARCHAR
);
INSERT INTO "Makers" VALUES
 ('M001','Edith Farrow','British','1861','1932','P'),
 ('M002','Thorne & Sons','British','1824','1911','F'),
 ('M003','Josef Lindacher','Austrian','1848','1903','P'),
 ('M004','Marguerite Vaillant','French','1889','1967','P'),
 ('M005','Hallmere Pottery','British','1795','1958','F'),
 ('M006','Kenji Morioka','Japanese','1911','1988','P'),
 ('M007','Atelier Roussel','French','1902','','F'),
 ('M008','Tomas Brenner','German','1807','1879','P'),
 ('M009','Wilhelmina Aas','Norwegian','1934','','P'),
 ('M010','Oswald Penhale','British','1770','1841','P'),
 ('M011','Fratelli Corvi','Italian','1866','1939','F'),
 ('M012','Ruth Abara','british','1952','','P'),
 ('M013','Pieter van Loon','Dutch','1688','1749','P'),
 ('M014','Unknown workshop',NULL,'n/a','n/a','F'),
 ('M015','Ingrid Solheim','Norwegian','1901','1990','P'),
 ('M016','Charles Dunmore','British ','1733','1806','P'),
 ('M017','Bellweather Mint','British','1840','','F'),
 ('M018','Ana Cortizo','Spanish','1899','1971','P'),
 ('M019','Gregor Halloran','Irish','1915','1996','P'),
 ('M020','Satsuki Ueda','Japanese','1960','','P'),
 ('M021','Lambert Oakes','British','1850','1921','P'),
 ('M022','Manufacture du Val','French','1768','1880','F');
COMMENT ON COLUMN "Makers"."Maker Kind" IS 'P = person, F = firm or workshop';
COMMENT ON COLUMN "Makers"."Born" IS 'year of birth, for firms the year of founding';
COMMENT ON COLUMN "Makers"."Died" IS 'year of death, for firms the year of closing; empty if living or still trading';

CREATE TABLE "Donors" (
  "Donor No." VARCHAR PRIMARY KEY,
  "Donor Name" VARCHAR,
  "Town" VARCHAR,
  "Friend Since" VARCHAR,
  "Anonymous" VARCHAR
);
INSERT INTO "Donors" VALUES
 ('D-01','Mrs P. Carrick','Hallmere','2009-04-12','N'),
 ('D-02','Estate of J. Thorne','Hallmere','','N'),
 ('D-03','Hallmere Rotary Club','Hallmere','2015-01-30','N'),
 ('D-04','Dr Anil Mehta','Westbury Cross','2018-09-03','N'),
 ('D-05','Lady Rosamund Vere','Great Ashby','1998-06-21','Y'),
 ('D-06','The Penhale Trust','Port Ennis','2003-11-11','N'),
 ('D-07','Mr & Mrs Oduya','hallmere','2021-02-14','N'),
 ('D-08','Sister Bernadette Kane','Port Ennis','','Y'),
 ('D-09','Galloway Bank plc','Stonebridge','2011-07-01','N'),
 ('D-10','Henrik Aas','Stonebridge','2019-05-25','N'),
 ('D-11','St Mary''s Parish','Great Ashby','n/a','N'),
 ('D-12','Colonel D. Whitlock','Westbury Cross','2006-08-17','Y'),
 ('D-13','Friends of the Museum','Hallmere ','2000-01-01','N'),
 ('D-14','Yvonne Tremlett',NULL,'2022-10-09','N'),
 ('D-15','Bram Kuipers','Port Ennis','2023-03-05','N'),
 ('D-16','Miss Olive Sandys','Great Ashby','2016-12-02','N');
COMMENT ON TABLE "Donors" IS 'People and bodies who gave or left objects to the museum, also prospective donors';
COMMENT ON COLUMN "Donors"."Friend Since" IS 'joined the Friends scheme on, empty or n/a if not a Friend';
COMMENT ON COLUMN "Donors"."Anonymous" IS 'Y = name must not be shown on the label';

CREATE TABLE "Galleries" (
  "Gallery Code" VARCHAR PRIMARY KEY,
  "Gallery Name" VARCHAR,
  "Floor" VARCHAR,
  "Climate Controlled" VARCHAR,
  "Area m2" VARCHAR
);
INSERT INTO "Galleries" VALUES
 ('G1','Carrick Hall','0','Y','310'),
 ('G2','The Pottery Room','0','N','145.5'),
 ('G3','Textile Study Gallery','1','Y','88'),
 ('G4','Coins and Medals','1','Y','62.5'),
 ('G5','Long Gallery','1','N','240'),
 ('G6','Nature Room','2','N','175'),
 ('G7','Hallmere Story','0','N','205'),
 ('G8','Print Cabinet','2','Y','41'),
 ('G9','Temporary Exhibitions','2','Y','');

CREATE TABLE "Objects" (
  "Accession No." VARCHAR PRIMARY KEY,
  "Title" VARCHAR,
  "Object Type" VARCHAR,
  "Department" VARCHAR,
  "Maker ID" VARCHAR REFERENCES "Makers"("Maker ID"),
  "Year Made" VARCHAR,
  "Material" VARCHAR,
  "Date of Entry" VARCHAR,
  "Acq. Method" VARCHAR,
  "Donor No." VARCHAR REFERENCES "Donors"("Donor No."),
  "Purchase Price" VARCHAR,
  "Insurance Value" VARCHAR,
  "Height cm" VARCHAR,
  "Width cm" VARCHAR,
  "On Display" VARCHAR,
  "Gallery Code" VARCHAR REFERENCES "Galleries"("Gallery Code")
);
INSERT INTO "Objects"
WITH b AS (
  SELECT i, h(i,1,6)+1 AS dep, h(i,2,4)+1 AS ty, DATE '2023-01-04' + ((i*2 + h(i,3,9)))::INTEGER AS d,
         CASE WHEN h(i,4,100) < 38 THEN 'P' WHEN h(i,4,100) < 72 THEN 'G' WHEN h(i,4,100) < 88 THEN 'B' ELSE 'T' END AS acq
  FROM generate_series(1, 440) g(i)
), c AS (
  SELECT *, ['Ceramics','Textiles','Coins & Medals','Fine Art','Natural History','Local History'][dep] AS dept,
    [['Teapot','Bowl','Vase','Tile'],['Sampler','Quilt','Shawl','Banner'],['Coin','Medal','Token','Badge'],
     ['Oil painting','Watercolour','Etching','Bust'],['Fossil','Mounted bird','Shell','Herbarium sheet'],
     ['Photograph','Shop sign','Tool','Letter']][dep][ty] AS typ
  FROM b
)
SELECT 'HM.' || year(d) || '.' || i,
  ['Small ','Large ','Painted ','Early ','Commemorative ','Plain ','','Damaged ','Presentation '][h(i,5,9)+1] || typ ||
  [' from Port Ennis',' with ship',' of the Thorne family',' with roses',' from the Corn Exchange','',' with inscription',' from Great Ashby',' with harbour view',' of the Volunteers'][h(i,6,10)+1],
  typ, dept,
  CASE WHEN dep = 5 OR h(i,7,10) = 0 THEN NULL ELSE 'M' || lpad((h(i,8,20)+1)::VARCHAR, 3, '0') END,
  CASE WHEN dep = 5 THEN 'n/a' WHEN h(i,9,9) = 0 THEN '' WHEN h(i,7,10) = 0 OR h(i,26,11) = 0 THEN (1700 + h(i,10,290))::VARCHAR
    ELSE least(2021, [1861,1824,1848,1889,1795,1911,1902,1807,1934,1770,1866,1952,1688,1850,1901,1733,1840,1899,1915,1960][h(i,8,20)+1] + 16 + h(i,10,48))::VARCHAR END,
  [['stoneware','Stoneware','porcelain','earthenware'],['silk','cotton','wool','Silk '],['silver','bronze','copper','Silver'],
   ['canvas','paper','Paper','marble'],['bone','feather','shell','paper'],['paper','oak',' Oak','iron']][dep][
     CASE WHEN dep IN (4,5) THEN ty ELSE h(i,11,4)+1 END],
  d::VARCHAR, acq,
  CASE WHEN acq IN ('G','B') THEN 'D-' || lpad((h(i,12,14)+1)::VARCHAR, 2, '0') END,
  CASE WHEN acq = 'P' THEN CASE WHEN h(i,13,14) = 0 THEN 'n/a' ELSE (20 + h(i,14,900) * (1 + h(i,15,5)) + 0.5 * h(i,16,2))::DECIMAL(10,2)::VARCHAR END ELSE '' END,
  CASE h(i,17,15) WHEN 0 THEN '' WHEN 1 THEN 'n/a' ELSE (50 + h(i,18,700) * (1 + h(i,19,18)))::DECIMAL(10,2)::VARCHAR END,
  CASE WHEN h(i,20,13) = 0 THEN '' ELSE (1.5 + h(i,21,CASE WHEN dep = 3 THEN 60 ELSE 1400 END) / 10)::DECIMAL(6,1)::VARCHAR END,
  CASE WHEN h(i,20,13) IN (0,1) THEN '' ELSE (1.5 + h(i,22,CASE WHEN dep = 3 THEN 60 ELSE 1100 END) / 10)::DECIMAL(6,1)::VARCHAR END,
  CASE WHEN h(i,23,10) < 4 THEN 'Y' ELSE 'N' END,
  CASE WHEN h(i,23,10) < 4 THEN
    CASE WHEN h(i,24,5) = 0 THEN ['G1','G5','G8'][h(i,25,3)+1] ELSE ['G2','G3','G4','G5','G6','G7'][dep] END END
FROM c;
COMMENT ON TABLE "Objects" IS 'Objects entered in the accession register since 2023';
COMMENT ON COLUMN "Objects"."Acq. Method" IS 'P = purchase, G = gift, B = bequest, T = transfer from another museum';
COMMENT ON COLUMN "Objects"."Material" IS 'main material, typed by hand: capitals and blanks vary';
COMMENT ON COLUMN "Objects"."Gallery Code" IS 'only for objects on display; all others are in the store';
COMMENT ON COLUMN "Objects"."Purchase Price" IS 'GBP, purchases only';
COMMENT ON COLUMN "Objects"."Insurance Value" IS 'GBP, empty or n/a if not valued yet';

CREATE TABLE "Condition Checks" (
  "Check No." INTEGER PRIMARY KEY,
  "Accession No." VARCHAR REFERENCES "Objects"("Accession No."),
  "Check Date" VARCHAR,
  "Checked By" VARCHAR,
  "Grade" VARCHAR,
  "Treatment Needed" VARCHAR,
  "Est. Hours" VARCHAR
);
INSERT INTO "Condition Checks"
SELECT row_number() OVER (ORDER BY d, i), a, d::VARCHAR,
  ['L. Petrakis','l. petrakis','M. Quill','S. Adeyemi','M. Quill','R. Voss'][h(i,31,6)+1],
  CASE WHEN h(i,32,25) = 0 THEN 'n/a' ELSE [1,1,2,2,2,3,3,4,5][h(i,33,9)+1]::VARCHAR END,
  CASE WHEN [1,1,2,2,2,3,3,4,5][h(i,33,9)+1] + h(i,34,3) >= 5 THEN 'Y' ELSE 'N' END,
  CASE WHEN [1,1,2,2,2,3,3,4,5][h(i,33,9)+1] + h(i,34,3) >= 5 THEN (1 + h(i,35,48) / 2)::DECIMAL(5,1)::VARCHAR ELSE '' END
FROM (
  SELECT i, o."Accession No." AS a, o."Date of Entry"::DATE + h(i,36,260) AS d
  FROM generate_series(1, 640) g(i)
  JOIN (SELECT *, row_number() OVER (ORDER BY split_part("Accession No.", '.', 3)::INTEGER) AS n FROM "Objects") o ON o.n = 1 + h(i,37,400)
) WHERE d <= DATE '2025-06-27';
COMMENT ON COLUMN "Condition Checks"."Grade" IS '1 = excellent, 2 = good, 3 = fair, 4 = poor, 5 = critical; n/a = not graded';
COMMENT ON COLUMN "Condition Checks"."Est. Hours" IS 'conservator''s estimate of treatment hours, only if treatment is needed';

CREATE TABLE "Loans Out" (
  "Loan No." VARCHAR PRIMARY KEY,
  "Accession No." VARCHAR REFERENCES "Objects"("Accession No."),
  "Borrower" VARCHAR,
  "City" VARCHAR,
  "Loan Start" VARCHAR,
  "Due Back" VARCHAR,
  "Returned On" VARCHAR,
  "Loan Fee" VARCHAR,
  "Courier" VARCHAR
);
INSERT INTO "Loans Out"
SELECT 'L' || year(s) || '-' || lpad(i::VARCHAR, 3, '0'), a,
  ['Northgate Gallery','Musée des Arts Ferrand','Stonebridge City Museum','National Maritime Rooms','Kunsthaus Aldern','Port Ennis Heritage Centre','northgate gallery'][b],
  ['Leeds','Lyon','Stonebridge','London','Aldern','Port Ennis','Leeds'][b],
  s::VARCHAR, due::VARCHAR,
  CASE WHEN due + late > DATE '2025-06-28' OR h(i,41,14) = 0 THEN '' ELSE (due + late)::VARCHAR END,
  CASE h(i,42,7) WHEN 0 THEN 'waived' WHEN 1 THEN '' ELSE (75 + 25 * h(i,43,30))::DECIMAL(8,2)::VARCHAR END,
  ['Artmove Ltd','Safeway Crates','own van',NULL][h(i,44,4)+1]
FROM (
  SELECT i, a, h(i,45,7)+1 AS b, s, s + 30 + 15 * h(i,46,12) AS due, h(i,47,34) - 20 AS late
  FROM (SELECT i, o."Accession No." AS a, o."Date of Entry"::DATE + 10 + h(i,48,300) AS s
        FROM generate_series(1, 190) g(i)
        JOIN (SELECT *, row_number() OVER (ORDER BY split_part("Accession No.", '.', 3)::INTEGER) AS n FROM "Objects") o ON o.n = 1 + h(i,49,330))
) WHERE s <= DATE '2025-06-25';
COMMENT ON TABLE "Loans Out" IS 'Objects lent to other institutions';
COMMENT ON COLUMN "Loans Out"."Returned On" IS 'empty = not back yet';
COMMENT ON COLUMN "Loans Out"."Loan Fee" IS 'GBP; waived = no fee charged';

CREATE TABLE "Visitor Counts" (
  "Month" VARCHAR,
  "Gallery Code" VARCHAR REFERENCES "Galleries"("Gallery Code"),
  "Adults" VARCHAR,
  "Children" VARCHAR,
  "Counter" VARCHAR
);
INSERT INTO "Visitor Counts"
SELECT (DATE '2023-01-01' + to_months(m::INTEGER))::DATE::VARCHAR, 'G' || g,
  CASE WHEN h(m*20+g,51,29) = 0 THEN 'n/a' ELSE (180 + h(m*20+g,52,900) + 260 * (g % 3) + 40 * (m % 12))::VARCHAR END,
  CASE WHEN h(m*20+g,53,25) = 0 THEN '' ELSE (20 + h(m*20+g,54,380) + CASE WHEN g IN (6,7) THEN 240 ELSE 0 END)::VARCHAR END,
  CASE WHEN h(m*20+g,55,4) = 0 THEN 'M' ELSE 'E' END
FROM generate_series(0, 29) t(m), generate_series(1, 8) u(g);
COMMENT ON COLUMN "Visitor Counts"."Month" IS 'first day of the month';
COMMENT ON COLUMN "Visitor Counts"."Counter" IS 'E = electronic gate, M = counted by hand';
