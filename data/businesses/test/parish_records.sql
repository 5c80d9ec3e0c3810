-- Exports out of several genealogy programs and transcripts of parish registers, loaded as they came.
CREATE TEMP MACRO h(i, s, n) AS (hash(i * 137 + s) % n)::INTEGER;

CREATE TABLE "Baptisms (St Mary)" (
  "Entry No" VARCHAR,
  "Baptism Date" VARCHAR,
  "Child Forename" VARCHAR,
  "Family Name" VARCHAR,
  "Sex" VARCHAR,
  "Father's Name" VARCHAR,
  "Father's Trade" VARCHAR,
  "Mother's Name" VARCHAR,
  "Abode" VARCHAR,
  "Age in Days" VARCHAR,
  "Page" INTEGER
);
COMMENT ON TABLE "Baptisms (St Mary)" IS 'transcript of the baptism register; blanks are '''' or n/a';
COMMENT ON COLUMN "Baptisms (St Mary)"."Age in Days" IS 'age of the child at baptism, as written; n/a if not given';
COMMENT ON COLUMN "Baptisms (St Mary)"."Father's Name" IS 'empty for children born out of wedlock';
COMMENT ON COLUMN "Baptisms (St Mary)"."Sex" IS 'M, F, or empty where unreadable';
INSERT INTO "Baptisms (St Mary)"
SELECT 'B' || lpad(i::VARCHAR, 4, '0'),
  CASE WHEN h(i, 1, 23) = 0 THEN 'n/a' ELSE (DATE '1841-01-05' + (i * 23 + h(i, 2, 22))::INTEGER)::VARCHAR END,
  fn,
  (['Ashdown','Tregear','Pascoe','Hocking','Nance','Rowe','Bolitho','Penrose','Angove','Curnow','Trewin','Uren'])[1 + h(i, 5, 12)],
  CASE WHEN h(i, 6, 29) = 0 THEN '' WHEN s = 0 THEN 'M' ELSE 'F' END,
  CASE WHEN h(i, 7, 11) = 0 THEN '' ELSE (['William','John','Thomas','Richard','Henry','James'])[1 + h(i, 8, 6)] END,
  CASE WHEN h(i, 7, 11) = 0 OR h(i, 9, 9) = 0 THEN (['','n/a'])[1 + h(i, 10, 2)] ELSE (['Miner','Miner','Labourer','Fisherman','Farmer','Blacksmith','Mason','Mariner','Shoemaker'])[1 + h(i, 11, 9)] END,
  (['Mary','Elizabeth','Grace','Jane','Ann','Catherine','Honor'])[1 + h(i, 12, 7)],
  (['Trevean','Church Town','Porthgwidden','Carnyorth','Botallack','Kelynack','n/a',''])[1 + h(i, 13, 8)],
  CASE WHEN h(i, 14, 6) = 0 THEN 'n/a' WHEN h(i, 14, 6) = 1 THEN '' WHEN h(i, 15, 14) = 0 THEN (365 + h(i, 16, 2400))::VARCHAR ELSE (1 + h(i, 16, 120))::VARCHAR END,
  1 + i // 8
FROM (SELECT i, h(i, 3, 2) s, CASE WHEN h(i, 3, 2) = 0 THEN (['William','John','Thomas','Richard','Samuel','Josiah','Nicholas'])[1 + h(i, 4, 7)] ELSE (['Mary','Elizabeth','Grace','Jane','Philippa','Loveday','Honor'])[1 + h(i, 4, 7)] END fn
      FROM generate_series(1, 640) t(i));

CREATE TABLE "Marriages" (
  "Marriage Ref" VARCHAR,
  "Wedding Date" VARCHAR,
  "Groom Full Name" VARCHAR,
  "Groom Age" VARCHAR,
  "Groom Trade" VARCHAR,
  "Bride Full Name" VARCHAR,
  "Bride Age" VARCHAR,
  "Groom Signed" VARCHAR,
  "Bride Signed" VARCHAR,
  "Banns or Licence" VARCHAR,
  "Parish Code" VARCHAR
);
COMMENT ON COLUMN "Marriages"."Groom Age" IS 'years; ''full'' stands for of full age (21 or over), ''minor'' for under 21';
COMMENT ON COLUMN "Marriages"."Groom Signed" IS 'Y = signed with a name, X = made a mark';
COMMENT ON COLUMN "Marriages"."Parish Code" IS 'see "Parish List"';
INSERT INTO "Marriages"
SELECT 'M-' || (1800 + i),
  CASE WHEN h(i, 21, 19) = 0 THEN '' ELSE (DATE '1838-02-11' + (i * 57 + h(i, 22, 50))::INTEGER)::VARCHAR END,
  (['William','John','Thomas','Richard','Henry','James'])[1 + h(i, 23, 6)] || ' ' || gs,
  CASE h(i, 25, 9) WHEN 0 THEN 'full' WHEN 1 THEN 'minor' WHEN 2 THEN 'n/a' ELSE (18 + h(i, 26, 28))::VARCHAR END,
  (['Miner','Miner','Labourer','Fisherman','Farmer','Blacksmith','Mason','n/a',''])[1 + h(i, 27, 9)],
  (['Mary','Elizabeth','Grace','Jane','Ann','Catherine','Honor'])[1 + h(i, 28, 7)] || ' ' || (['Ashdown','Tregear','Pascoe','Hocking','Nance','Rowe','Bolitho','Penrose','Warren','Eddy'])[1 + h(i, 29, 10)],
  CASE h(i, 30, 10) WHEN 0 THEN 'full' WHEN 1 THEN 'minor' WHEN 2 THEN '' ELSE (17 + h(i, 31, 24))::VARCHAR END,
  (['Y','X','Y','n/a','Y'])[1 + h(i, 32, 5)], (['Y','X','X','Y',''])[1 + h(i, 33, 5)],
  (['Banns','Banns','Banns','Licence','n/a'])[1 + h(i, 34, 5)],
  (['STM','STM','SEN','PEN','MOR','ZEN'])[1 + h(i, 35, 6)]
FROM (SELECT i, (['Ashdown','Tregear','Pascoe','Hocking','Nance','Rowe','Bolitho','Penrose','Angove','Curnow'])[1 + h(i, 24, 10)] gs FROM generate_series(1, 260) t(i));

CREATE TABLE "Burials" (
  "Burial No" VARCHAR,
  "Buried On" VARCHAR,
  "Name of Deceased" VARCHAR,
  "Age at Death" VARCHAR,
  "Cause" VARCHAR,
  "Abode" VARCHAR,
  "Parish Code" VARCHAR,
  "Fee (shillings)" VARCHAR,
  "Grave Plot" VARCHAR
);
COMMENT ON COLUMN "Burials"."Age at Death" IS 'completed years; ''infant'' for under one year';
COMMENT ON COLUMN "Burials"."Fee (shillings)" IS '20 shillings make a pound; empty = buried by the parish';
INSERT INTO "Burials"
SELECT i::VARCHAR,
  CASE WHEN h(i, 41, 31) = 0 THEN 'n/a' ELSE (DATE '1845-03-01' + (i * 19 + h(i, 42, 18))::INTEGER)::VARCHAR END,
  (['William','John','Thomas','Mary','Elizabeth','Grace','Jane','Honor'])[1 + h(i, 43, 8)] || ' ' || (['Ashdown','Tregear','Pascoe','Hocking','Nance','Rowe','Bolitho','Penrose','Angove','Curnow','Trewin','Eddy'])[1 + h(i, 44, 12)],
  CASE h(i, 45, 8) WHEN 0 THEN 'infant' WHEN 1 THEN 'n/a' WHEN 2 THEN (1 + h(i, 46, 12))::VARCHAR ELSE (15 + h(i, 46, 80))::VARCHAR END,
  (['Consumption','Fever','Old age','Mine accident','Drowned','Cholera','n/a','','Consumption'])[1 + h(i, 47, 9)],
  (['Trevean','Church Town','Porthgwidden','Carnyorth','Botallack','Newlyn','n/a'])[1 + h(i, 48, 7)],
  (['STM','STM','STM','SEN','PEN','MAD'])[1 + h(i, 49, 6)],
  (['2','3.5','5','','7.5','12','n/a','2.5'])[1 + h(i, 50, 8)],
  CASE WHEN h(i, 51, 3) > 0 THEN (['N','S','E','W'])[1 + h(i, 52, 4)] || '-' || (1 + h(i, 53, 60)) END
FROM generate_series(1, 480) t(i);

CREATE TABLE "Parish List" ("Code" VARCHAR, "Parish Name" VARCHAR, "Founded" VARCHAR, "Vicar" VARCHAR, "Living (GBP)" VARCHAR, "Registers From" VARCHAR);
COMMENT ON COLUMN "Parish List"."Living (GBP)" IS 'yearly income of the vicar in pounds';
INSERT INTO "Parish List" VALUES
 ('STM','St Mary Trevean','1312','Rev. Josiah Penhale','320','1599'),
 ('SEN','Sennen','1430','Rev. Edward Luxmoore','185','1676'),
 ('PEN','Penzance St John','1840','Rev. Henry Batten','n/a','1840'),
 ('MOR','Morvah','1391','Rev. Josiah Penhale','95','1617'),
 ('ZEN','Zennor','1150','','140.5','1592'),
 ('PAU','Paul','1259','Rev. Charles Gorham','410','1595'),
 ('GUL','Gulval','n/a','Rev. Wm. Wingfield','365','1598');

CREATE TABLE "1851 Census" (
  "Schedule" VARCHAR, "Person No" INTEGER, "Full Name" VARCHAR, "Relation to Head" VARCHAR, "Condition" VARCHAR, "Age" VARCHAR,
  "Occupation" VARCHAR, "Where Born" VARCHAR, "Street or Place" VARCHAR
);
COMMENT ON TABLE "1851 Census" IS 'one row a person; a schedule is one household';
COMMENT ON COLUMN "1851 Census"."Condition" IS 'U unmarried, M married, W widowed, empty for children';
INSERT INTO "1851 Census"
SELECT s::VARCHAR, p,
  CASE WHEN p = 2 AND h(s, 61, 4) > 0 THEN (['Mary','Elizabeth','Grace','Jane','Ann','Honor'])[1 + h(s, 62, 6)] WHEN p = 1 THEN (['William','John','Thomas','Richard','Henry','James',CASE WHEN h(s, 61, 4) > 0 THEN 'Josiah' ELSE 'Mary' END])[1 + h(s, 63, 7)] ELSE (['William','Mary','Thomas','Grace','Samuel','Loveday'])[1 + h(s * 11 + p, 64, 6)] END || ' ' ||
   CASE WHEN p >= 6 THEN (['Warren','Eddy','Rowe'])[1 + h(s, 65, 3)] ELSE (['Ashdown','Tregear','Pascoe','Hocking','Nance','Rowe','Bolitho','Penrose','Angove','Curnow','Trewin','Uren'])[1 + h(s, 66, 12)] END,
  CASE WHEN p = 1 THEN 'Head' WHEN p = 2 AND h(s, 61, 4) > 0 THEN 'Wife' WHEN p >= 6 THEN (['Lodger','Servant','Visitor'])[1 + h(s, 67, 3)] WHEN h(s * 11 + p, 64, 6) % 2 = 0 THEN 'Son' ELSE 'Daughter' END,
  CASE WHEN p = 1 THEN CASE WHEN h(s, 61, 4) > 0 THEN 'M' ELSE (['W','U'])[1 + h(s, 68, 2)] END WHEN p = 2 AND h(s, 61, 4) > 0 THEN 'M' WHEN p >= 6 THEN 'U' ELSE '' END,
  CASE WHEN h(s * 11 + p, 69, 21) = 0 THEN 'n/a' WHEN p <= 2 AND (p = 1 OR h(s, 61, 4) > 0) THEN (28 + h(s * 11 + p, 70, 40))::VARCHAR WHEN p >= 6 THEN (16 + h(s * 11 + p, 70, 45))::VARCHAR ELSE h(s * 11 + p, 70, 19)::VARCHAR END,
  CASE WHEN p = 1 THEN (['Miner','Miner','Fisherman','Farmer','Blacksmith','Mason','n/a','Grocer'])[1 + h(s, 71, 8)] WHEN p = 2 THEN (['','','Dressmaker','n/a','Bal maiden'])[1 + h(s, 72, 5)] WHEN p >= 6 THEN (['Miner','Housemaid','Farm servant','Mariner'])[1 + h(s * 11 + p, 73, 4)] ELSE (['Scholar','Scholar','','Miner','n/a'])[1 + h(s * 11 + p, 74, 5)] END,
  (['Trevean','Trevean','Trevean','Sennen','Penzance','Zennor','St Ives','n/a','London'])[1 + h(s * 11 + p, 75, 9)],
  (['Trevean','Church Town','Porthgwidden','Carnyorth','Botallack','Kelynack'])[1 + h(s, 76, 6)]
FROM generate_series(1, 95) a(s), generate_series(1, 7) b(p)
WHERE p <= 2 + h(s, 77, 6) AND NOT (p = 2 AND h(s, 77, 6) = 0 AND h(s, 78, 2) = 0)
ORDER BY s, p;
INSERT INTO "1851 Census" SELECT "Schedule", 8, 'Loveday Uren', 'Mother', 'W', '91', 'Pauper', 'Zennor', "Street or Place" FROM "1851 Census" WHERE "Schedule" = '17' AND "Person No" = 1;

CREATE TABLE "Gravestones" ("Plot" VARCHAR, "Inscribed Name" VARCHAR, "Year of Death" VARCHAR, "Stone Type" VARCHAR, "Legible %" VARCHAR, "Photo File" VARCHAR, "Surveyed On" VARCHAR);
COMMENT ON COLUMN "Gravestones"."Plot" IS 'same plot numbers as in Burials';
INSERT INTO "Gravestones"
SELECT DISTINCT ON ("Plot") (['N','S','E','W'])[1 + h(i, 81, 4)] || '-' || (1 + h(i, 82, 66)) AS "Plot",
  CASE WHEN h(i, 92, 10) < 7 THEN coalesce((SELECT max(b."Name of Deceased") FROM "Burials" b WHERE b."Grave Plot" = (['N','S','E','W'])[1 + h(i, 81, 4)] || '-' || (1 + h(i, 82, 66))), '[illegible]')
   ELSE (['William','John','Thomas','Mary','Elizabeth','Grace'])[1 + h(i, 83, 6)] || ' ' || (['Ashdown','Tregear','Pascoe','Hocking','Nance','Rowe','Bolitho'])[1 + h(i, 84, 7)] END,
  CASE WHEN h(i, 85, 7) = 0 THEN 'n/a' ELSE (1845 + h(i, 86, 26))::VARCHAR END,
  (['slate','granite','granite','wood','n/a'])[1 + h(i, 87, 5)],
  CASE WHEN h(i, 88, 6) = 0 THEN '' ELSE (5 * h(i, 89, 21))::VARCHAR END,
  CASE WHEN h(i, 90, 3) > 0 THEN 'IMG_' || (2000 + i) || '.jpg' ELSE 'n/a' END,
  (DATE '2023-04-01' + h(i, 91, 800))::VARCHAR
FROM generate_series(1, 170) t(i)
ORDER BY "Plot", i;
