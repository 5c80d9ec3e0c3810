-- Brockhurst Catering Supplies: sheets exported from the office spreadsheets, every column as text
CREATE TEMP MACRO h(i, s, n) AS (hash(i::BIGINT * 4447 + s::BIGINT) % n::UBIGINT)::INTEGER;

CREATE TABLE "Customer List" (
  "Cust No" VARCHAR,
  "Company Name" VARCHAR,
  "Town" VARCHAR,
  "Country" VARCHAR,
  "Price Group" VARCHAR,
  "Credit Limit" VARCHAR,
  "Account Opened" VARCHAR,
  "Sales Rep" VARCHAR,
  "On Stop" VARCHAR
);
INSERT INTO "Customer List"
SELECT 'C' || (1000 + i),
  ['Blue Anchor','Oakfield','Mama Rosa','Grand Parade','Saffron','The Copper Pot','Tidewater','Highfield','Little Owl','Queen Street','La Perla','Station'][(i*25 % 84) // 7 + 1] || ' ' ||
  ['Hotel','Café','Restaurant','School Kitchens','Catering','Bakery','Inn'][(i*25 % 84) % 7 + 1] || CASE WHEN i % 8 = 0 THEN ' Ltd' ELSE '' END,
  t[1], t[2], ['A','B','B','C','C','C'][h(i,3,6)+1],
  CASE h(i,4,9) WHEN 0 THEN '' WHEN 1 THEN 'n/a' ELSE (500 * (1 + h(i,5,24)))::DECIMAL(9,2)::VARCHAR END,
  CASE WHEN h(i,6,12) = 0 THEN '' ELSE (DATE '2016-02-01' + h(i,7,3300))::VARCHAR END,
  ['Janet Poole','Imran Aziz','Siobhan Daly','janet poole','Kofi Mensah','Imran Aziz ',NULL][h(i,8,7)+1],
  CASE WHEN h(i,9,11) = 0 THEN 'Y' ELSE 'N' END
FROM (SELECT i, [['Bristol','UK'],['Cardiff','UK'],['Dublin','Ireland'],['Cork','Ireland'],['Bath','UK'],['Swansea','uk'],['Rennes','France'],['Exeter','UK'],['Galway','IRELAND'],['Nantes','France']][h(i,10,10)+1] AS t
  FROM generate_series(1, 84) g(i));
COMMENT ON COLUMN "Customer List"."Price Group" IS 'A = key account, B = contract, C = list price';
COMMENT ON COLUMN "Customer List"."On Stop" IS 'Y = no deliveries until the account is settled';
COMMENT ON COLUMN "Customer List"."Sales Rep" IS 'typed by hand, may differ in case or blanks';

CREATE TABLE "Suppliers" (
  "Supplier No" VARCHAR,
  "Supplier Name" VARCHAR,
  "Country" VARCHAR,
  "Lead Time Days" VARCHAR,
  "Min. Order" VARCHAR,
  "Rating" VARCHAR
);
INSERT INTO "Suppliers" VALUES
 ('S10','Ashdown Steelware','UK','7','250.00','A'),
 ('S11','Porcelanas Vega','Spain','28','1200.00','B'),
 ('S12','Gastro-Tec GmbH','Germany','21','800.00','A'),
 ('S13','Kleenline Products','UK','4','100.00','B'),
 ('S14','Verrerie Maurin','France','18','600.00','A'),
 ('S15','Paperway','Ireland','6','','C'),
 ('S16','Nordplast','Denmark','n/a','450.00','B'),
 ('S17','Linen & Loom','uk','10','300.00',''),
 ('S18','Baltic Timber Goods','Latvia','35','900.00','C');
COMMENT ON COLUMN "Suppliers"."Rating" IS 'A = reliable, B = mostly on time, C = often late';
COMMENT ON COLUMN "Suppliers"."Min. Order" IS 'smallest order value accepted, GBP';

CREATE TABLE "Product List" (
  "Item No" VARCHAR,
  "Description" VARCHAR,
  "Category" VARCHAR,
  "Supplier No" VARCHAR,
  "Unit Price" VARCHAR,
  "Cost Price" VARCHAR,
  "Pack Size" VARCHAR,
  "Weight kg" VARCHAR,
  "Discontinued" VARCHAR
);
INSERT INTO "Product List" VALUES
 ('CK101','Chef''s knife 20 cm','Kitchen Tools','S10','24.50','13.10','1','0.35','N'),
 ('CK102','Paring knife','Kitchen Tools','S10','8.90','4.20','6','0.60','N'),
 ('CK103','Ladle 250 ml','kitchen tools','S10','6.40','2.95','1','0.22','N'),
 ('CK104','Whisk 30 cm','Kitchen Tools','S12','7.80','3.60','1','0.18','N'),
 ('CK105','Stock pot 32 l','Cookware','S12','89.00','52.00','1','5.40','N'),
 ('CK106','Frying pan 28 cm','Cookware','S12','31.50','17.80','1','1.60','N'),
 ('CK107','Sauté pan 24 cm','cookware','S12','36.00','21.40','1','1.45','Y'),
 ('CK108','Roasting tray, large','Cookware','S10','27.90','14.75','1','2.10','N'),
 ('CK109','Gastronorm pan 1/1','Cookware ','S12','18.20','9.90','1','1.30','N'),
 ('TW201','Dinner plate 27 cm','Tableware','S11','3.95','1.85','12','7.80','N'),
 ('TW202','Soup bowl','Tableware','S11','3.40','1.50','12','5.90','N'),
 ('TW203','Espresso cup','Tableware','S11','2.60','1.10','24','4.10','N'),
 ('TW204','Serving platter, oak','Tableware','S18','19.80','10.40','1','1.10','N'),
 ('TW205','Cutlery set, 24 pieces','TABLEWARE','S10','42.00','23.50','1','2.30','N'),
 ('GL301','Wine glass 35 cl','Glassware','S14','2.85','1.20','24','4.60','N'),
 ('GL302','Tumbler 30 cl','Glassware','S14','1.60','0.70','48','9.20','N'),
 ('GL303','Champagne flute','Glassware','S14','3.10','1.45','24','4.20','Y'),
 ('GL304','Carafe 1 l','glassware','S14','6.75','3.05','6','3.90','N'),
 ('CL401','Surface cleaner 5 l','Cleaning','S13','11.20','5.15','2','10.40','N'),
 ('CL402','Degreaser 5 l','Cleaning','S13','14.60','7.00','2','10.60','N'),
 ('CL403','Washing-up liquid 5 l','Cleaning','S13','9.40','4.35','2','10.30','N'),
 ('CL404','Blue cloths','cleaning ','S13','4.80','1.90','50','0.80','N'),
 ('CL405','Bin liners 90 l','Cleaning','S16','13.50','6.80','200','4.00','N'),
 ('DS501','Paper napkins, white','Disposables','S15','16.90','9.10','2000','6.50','N'),
 ('DS502','Takeaway box, medium','Disposables','S15','22.40','12.60','300','5.20','N'),
 ('DS503','Paper straws','Disposables','S15','12.00','6.90','1000','1.20','Y'),
 ('DS504','Cup lids 12 oz','Disposables','S16','18.70','10.20','1000','3.10','N'),
 ('DS505','Wooden forks','disposables','S18','15.30','8.00','1000','2.40','N'),
 ('LN601','Tablecloth 180 cm','Linen','S17','14.20','7.60','1','0.70','N'),
 ('LN602','Chef''s apron, black','Linen','S17','9.95','4.85','1','0.30','N'),
 ('LN603','Tea towels','Linen','S17','11.80','5.20','10','','N'),
 ('LN604','Oven gloves','Linen','S17','8.30','','1','0.40','N'),
 ('EQ701','Hand blender 500 W','Equipment','S12','139.00','88.00','1','3.90','N'),
 ('EQ702','Digital scales 15 kg','Equipment','S12','74.00','43.50','1','2.80','N'),
 ('EQ703','Slow juicer','Equipment',NULL,'n/a','210.00','1','8.20','N'),
 ('EQ704','Chafing dish','Equipment','S12','58.50','34.00','1','6.10','N');
COMMENT ON COLUMN "Product List"."Unit Price" IS 'list price per pack, GBP, without VAT';
COMMENT ON COLUMN "Product List"."Cost Price" IS 'what we pay the supplier per pack, GBP';
COMMENT ON COLUMN "Product List"."Pack Size" IS 'pieces in a pack';

CREATE TABLE "Order Headers" (
  "Order No" VARCHAR,
  "Order Date" VARCHAR,
  "Cust No" VARCHAR,
  "Ship Date" VARCHAR,
  "Status" VARCHAR,
  "Channel" VARCHAR,
  "Freight" VARCHAR,
  "Cust PO Ref" VARCHAR
);
INSERT INTO "Order Headers"
SELECT 'SO' || (20000 + i), d::VARCHAR, 'C' || (1001 + (h(i,21,76) * (1 + h(i,22,2))) % 76),
  CASE WHEN st IN ('3','4') THEN least(DATE '2025-06-30', d + 1 + h(i,23,6) + CASE WHEN h(i,24,6) = 0 THEN h(i,25,15) ELSE 0 END)::VARCHAR ELSE '' END,
  st, ['Phone','Web','web','E-mail','Web','Rep visit'][h(i,26,6)+1],
  CASE h(i,27,5) WHEN 0 THEN '' WHEN 1 THEN '0.00' ELSE (6.5 + 1.25 * h(i,28,20))::DECIMAL(7,2)::VARCHAR END,
  CASE WHEN h(i,29,3) = 0 THEN '' ELSE 'PO-' || (4000 + h(i,30,5000)) END
FROM (SELECT i, DATE '2023-01-04' + (i * 1.5 + h(i,31,5))::INTEGER AS d,
    CASE WHEN h(i,32,25) = 0 THEN '9' WHEN i > 588 THEN (1 + h(i,33,3))::VARCHAR WHEN h(i,34,9) = 0 THEN '3' ELSE '4' END AS st
  FROM generate_series(1, 600) g(i)) WHERE d <= DATE '2025-06-30';
COMMENT ON COLUMN "Order Headers"."Status" IS '1 = new, 2 = being picked, 3 = shipped, 4 = invoiced, 9 = cancelled';
COMMENT ON COLUMN "Order Headers"."Freight" IS 'delivery charge GBP, empty or 0.00 = delivered free';
COMMENT ON COLUMN "Order Headers"."Ship Date" IS 'empty = not shipped';

CREATE TABLE "Order Lines" (
  "Order No" VARCHAR,
  "Line" INTEGER,
  "Item No" VARCHAR,
  "Qty" VARCHAR,
  "Price Charged" VARCHAR,
  "Disc %" VARCHAR
);
INSERT INTO "Order Lines"
SELECT 'SO' || (20000 + i), k, p."Item No", (1 + h(i*10+k,41,12) * (1 + h(i*10+k,42,3)))::VARCHAR,
  coalesce((TRY_CAST(p."Unit Price" AS DOUBLE) * (CASE WHEN i < 245 THEN 0.95 ELSE 1 END))::DECIMAL(8,2)::VARCHAR, '345.00'),
  ['','','0','5','5','10','12.5'][h(i*10+k,43,7)+1]
FROM generate_series(1, 600) g(i), generate_series(1, 5) t(k),
  (SELECT *, row_number() OVER (ORDER BY "Item No") AS n FROM "Product List" WHERE "Item No" <> 'DS503') p
WHERE k <= 1 + h(i,44,5) AND p.n = 1 + (h(i,45,35) + k * (1 + h(i,46,6))) % 35 AND EXISTS (SELECT 1 FROM "Order Headers" WHERE "Order No" = 'SO' || (20000 + i));
COMMENT ON TABLE "Order Lines" IS 'Sales value of a line = Qty x Price Charged, less Disc %; cancelled orders are not sales';
COMMENT ON COLUMN "Order Lines"."Qty" IS 'packs';
COMMENT ON COLUMN "Order Lines"."Price Charged" IS 'per pack before discount, GBP';
COMMENT ON COLUMN "Order Lines"."Disc %" IS 'line discount in per cent, empty = none';

CREATE TABLE "Stock Count" (
  "Item No" VARCHAR,
  "Warehouse" VARCHAR,
  "Counted On" VARCHAR,
  "On Hand" VARCHAR,
  "Min Stock" VARCHAR,
  "Counted By" VARCHAR
);
INSERT INTO "Stock Count"
SELECT "Item No", w, (DATE '2024-06-28' + to_months((q*3)::INTEGER))::DATE::VARCHAR,
  CASE WHEN h(n*100+k*10+q,51,24) = 0 THEN '' ELSE (h(n*100+k*10+q,57,110))::VARCHAR END,
  (5 * (1 + h(n*10+k,53,9)))::VARCHAR,
  ['T. Harris','B. Nowak','t. harris','D. Finch'][h(n*100+k*10+q,54,4)+1]
FROM (SELECT *, row_number() OVER (ORDER BY "Item No") AS n FROM "Product List"), (VALUES (1,'Avonmouth'),(2,'Newport')) v(k, w), generate_series(0, 4) t(q)
WHERE NOT (k = 2 AND n % 5 = 0);
COMMENT ON TABLE "Stock Count" IS 'Quarterly stocktake, in packs';

CREATE TABLE "Returns Log" (
  "Return No" VARCHAR,
  "Order No" VARCHAR,
  "Item No" VARCHAR,
  "Date Received" VARCHAR,
  "Qty Back" VARCHAR,
  "Reason" VARCHAR,
  "Credit Given" VARCHAR
);
INSERT INTO "Returns Log"
SELECT 'R' || lpad(row_number() OVER (ORDER BY d, o, it)::VARCHAR, 4, '0'), o, it, d::VARCHAR,
  CASE WHEN q > 2 THEN (1 + h(m,61,q))::VARCHAR ELSE q::VARCHAR END,
  ['broken','Broken','wrong item','not wanted','faulty',' broken','late delivery'][h(m,62,7)+1],
  CASE h(m,63,6) WHEN 0 THEN '' WHEN 1 THEN 'refused' ELSE (4 + h(m,64,220) * 0.75)::DECIMAL(8,2)::VARCHAR END
FROM (SELECT "Order No" AS o, "Item No" AS it, "Qty"::INTEGER AS q, row_number() OVER (ORDER BY "Order No", "Line") AS m,
        TRY_CAST("Ship Date" AS DATE) + 3 + h(row_number() OVER (ORDER BY "Order No", "Line"),65,30) AS d
      FROM "Order Lines" JOIN "Order Headers" USING ("Order No"))
WHERE d <= DATE '2025-06-30' AND h(m,66,13) = 0;
COMMENT ON COLUMN "Returns Log"."Credit Given" IS 'GBP; refused = no credit, empty = not decided yet';

CREATE TABLE "Sales Targets" (
  "Sales Rep" VARCHAR,
  "Quarter" VARCHAR,
  "Target GBP" VARCHAR
);
INSERT INTO "Sales Targets"
SELECT r, y || '-Q' || q, CASE WHEN r = 'Kofi Mensah' AND y = 2023 AND q = 1 THEN 'n/a' ELSE (6000 + 500 * h(k*100+(y-2020)*10+q,71,16))::VARCHAR END
FROM (VALUES (1,'Janet Poole'),(2,'Imran Aziz'),(3,'Siobhan Daly'),(4,'Kofi Mensah')) v(k, r), generate_series(2023, 2025) t(y), generate_series(1, 4) u(q)
WHERE NOT (y = 2025 AND q > 2);
