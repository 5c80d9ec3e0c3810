-- Exports from the permitting system of the City of Marlow Falls, loaded as they came.
CREATE TEMP MACRO r(i, s, n) AS (hash(i::BIGINT * 1000 + s) % n)::INTEGER;

CREATE TABLE "Ward Lookup" (
  "Ward No." VARCHAR,
  "Ward Name" VARCHAR,
  "Council Member" VARCHAR,
  "Population (2020)" VARCHAR,
  "Area sq mi" VARCHAR
);
INSERT INTO "Ward Lookup" VALUES
('1','Old Harbor','Denise Kowalczyk','18240','3.1'),
('2','Mill District','Raymond Tate','22415','2.6'),
('3','Fairgrounds','Yolanda Prewitt','15980','6.4'),
('4','Cedar Heights','Denholm Reyes','27105','8.9'),
('5','Riverside','vacant','19730','4.2'),
('6','Airport','Lorna McAllister','9410','14.7'),
('7','Old Harbor Islands','Peter Szabo','1150','n/a'),
('8','Prospect Hill','Imogen Darrow','12870','3.9');

CREATE TABLE "Contractor Licenses" (
  "License #" VARCHAR,
  "Company Name" VARCHAR,
  "Trade" VARCHAR,
  "Home City" VARCHAR,
  "License Expires" VARCHAR,
  "Bond Amount ($)" VARCHAR,
  "Status" VARCHAR
);
COMMENT ON COLUMN "Contractor Licenses"."Status" IS 'A = active, S = suspended, X = expired';
INSERT INTO "Contractor Licenses" VALUES
('GC-1041','Halvorsen Builders','General','Marlow Falls','2026-03-31','50000','A'),
('GC-1077','Tate & Sons Construction','General','Marlow Falls','2025-12-31','25000','A'),
('GC-1102','Bluestem Homes','General','Ashford','2024-09-30','75000','X'),
('GC-1130','Northgate Contracting','General','Marlow Falls','2026-06-30','100000','S'),
('GC-1155','Prewitt Remodeling','General','Linden','2025-08-31','','A'),
('EL-2010','Sparrow Electric','Electrical','Marlow Falls','2026-01-31','15000','A'),
('EL-2033','Voltage Brothers','Electrical','Ashford','2025-10-31','10000','A'),
('EL-2048','Marlow Power & Light Services','Electrical','Marlow Falls','2025-02-28','20000','X'),
('EL-2059','Kestrel Solar','Electrical','Linden','2027-04-30','30000','A'),
('PL-3007','Riverside Plumbing','Plumbing','Marlow Falls','2026-05-31','15000','A'),
('PL-3019','Drainwise','Plumbing','Ashford','2025-07-31','n/a','A'),
('PL-3025','Copper & Clay','Plumbing','Marlow Falls','2025-11-30','12500','S'),
('ME-4003','Fairgrounds Heating & Air','Mechanical','Marlow Falls','2026-02-28','20000','A'),
('ME-4012','Polar Mechanical','Mechanical','Ashford','2026-09-30','','A'),
('DM-5001','Wreckworks','Demolition','Linden','2025-09-30','150000','A'),
('DM-5004','Clean Slate Demolition','Demolition','Marlow Falls','n/a','80000','X'),
('RF-6002','Summit Roofing','Roofing','Marlow Falls','2026-04-30','25000','A'),
('RF-6011','Three Rivers Roofing','Roofing','Ashford','2025-12-31','20000','A'),
('RF-6015','Shingle Minded','Roofing','Linden','2024-06-30','n/a','X');

CREATE TABLE "Permit Applications" (
  "Application No." VARCHAR,
  "Permit Type" VARCHAR,
  "Date Received" VARCHAR,
  "Date Issued" VARCHAR,
  "Current Status" VARCHAR,
  "Site Address" VARCHAR,
  "Ward" VARCHAR,
  "Use Class" VARCHAR,
  "Est. Cost (USD)" VARCHAR,
  "Fee Paid (USD)" VARCHAR,
  "Sq Ft" VARCHAR,
  "Contractor License #" VARCHAR,
  "Plan Reviewer" VARCHAR
);
COMMENT ON TABLE "Permit Applications" IS 'CSV export of 2025-06-30; dates as YYYY-MM-DD; n/a or an empty string where there is no value';
COMMENT ON COLUMN "Permit Applications"."Contractor License #" IS 'OWNER where the owner does the work';
COMMENT ON COLUMN "Permit Applications"."Use Class" IS 'R = residential, C = commercial, I = industrial, M = mixed use';
INSERT INTO "Permit Applications"
SELECT 'BP-' || year(d) || '-' || lpad(i::VARCHAR, 4, '0'), typ, d::VARCHAR,
  CASE WHEN st IN ('Issued','Finaled','Expired') THEN (d + (2 + r(i,11,40) + CASE typ WHEN 'New Construction' THEN 25 WHEN 'Demolition' THEN 10 ELSE 0 END)::INTEGER)::VARCHAR
    WHEN r(i,12,3) = 0 THEN 'n/a' ELSE '' END,
  st,
  (100 + 4 * r(ai,13,60)) || ' ' || ['Harbor St','Mill Rd','Cedar Ave','Fairground Ln','River Walk','Runway Dr','Linden Blvd','Tannery Ct'][1 + r(ai,14,8)],
  CASE WHEN r(i,16,40) = 0 THEN '' ELSE (1 + r(ai,15,6))::VARCHAR END,
  CASE WHEN r(i,17,50) = 0 THEN 'n/a' ELSE ['R','R','R','R','C','C','I','M'][1 + r(i,18,8)] END,
  CASE r(i,19,14) WHEN 0 THEN 'n/a' WHEN 1 THEN '' ELSE cost::VARCHAR END,
  CASE WHEN st IN ('Withdrawn','Received') OR r(i,20,20) = 0 THEN CASE WHEN r(i,21,2) = 0 THEN '0' ELSE '' END ELSE round(45 + cost * 0.0085, 2)::VARCHAR END,
  CASE WHEN typ IN ('New Construction','Addition') THEN (180 + 10 * r(i,22,400))::VARCHAR WHEN r(i,23,3) = 0 THEN 'n/a' ELSE '' END,
  CASE WHEN r(i,24,5) = 0 THEN 'OWNER' ELSE CASE typ
    WHEN 'Electrical' THEN ['EL-2010','EL-2033','EL-2048','EL-2059','EL-2010'][1 + r(i,25,5)]
    WHEN 'Plumbing' THEN ['PL-3007','PL-3019','PL-3007','PL-3025'][1 + r(i,25,4)]
    WHEN 'Mechanical' THEN ['ME-4003','ME-4012','ME-4003'][1 + r(i,25,3)]
    WHEN 'Demolition' THEN ['DM-5001','DM-5004'][1 + r(i,25,2)]
    WHEN 'Roofing' THEN ['RF-6002','RF-6011','RF-6002'][1 + r(i,25,3)]
    ELSE ['GC-1041','GC-1077','GC-1102','GC-1130','GC-1041'][1 + r(i,25,5)] END END,
  CASE WHEN st = 'Received' THEN '' ELSE ['Angela Foss','Bertrand Quill','Chidi Nwosu','Peter Szabo'][1 + r(i,26,4)] END
FROM (SELECT *, (CASE typ WHEN 'New Construction' THEN 120000 + 5000 * r(i,5,120) WHEN 'Addition' THEN 18000 + 1500 * r(i,5,80) WHEN 'Demolition' THEN 6000 + 500 * r(i,5,60) ELSE 900 + 150 * r(i,5,120) END) AS cost
  FROM (SELECT i, r(i,1,260) AS ai, (DATE '2023-01-03' + (i * 909 // 720)::INTEGER) AS d,
      ['New Construction','Addition','Electrical','Electrical','Plumbing','Plumbing','Mechanical','Roofing','Roofing','Demolition'][1 + r(i,2,10)] AS typ,
      CASE WHEN i > 690 THEN ['Received','Under Review','Issued'][1 + r(i,3,3)] ELSE ['Issued','Finaled','Finaled','Finaled','Issued','Expired','Withdrawn','Denied','Finaled','Issued'][1 + r(i,3,10)] END AS st
    FROM generate_series(1, 720) t(i)));

UPDATE "Permit Applications" SET "Current Status" = 'Under Review', "Date Issued" = '' WHERE "Date Issued" BETWEEN '2025-06-30' AND '2026-12-31';

CREATE TABLE "Inspection Log" (
  "Insp ID" VARCHAR,
  "Permit Ref" VARCHAR,
  "Inspection Date" VARCHAR,
  "Inspection Type" VARCHAR,
  "Result" VARCHAR,
  "Inspector" VARCHAR,
  "Minutes On Site" VARCHAR,
  "Reinspection Fee" VARCHAR
);
COMMENT ON COLUMN "Inspection Log"."Result" IS 'PASS, FAIL, PARTIAL, NO ACCESS, or n/a if the visit was cancelled';
COMMENT ON COLUMN "Inspection Log"."Permit Ref" IS 'number of the application';
INSERT INTO "Inspection Log"
SELECT 'I' || lpad((row_number() OVER (ORDER BY "Application No.", k))::VARCHAR, 5, '0'), "Application No.", ("Date Issued"::DATE + (5 + k * 21 + r(x,31,18))::INTEGER)::VARCHAR,
  ['Foundation','Rough-in','Framing','Final'][1 + CASE WHEN k = n - 1 THEN 3 ELSE r(x,32,3) END],
  res, ['Sam Oduya','Gloria Finch','Hector Maldonado','Wendy Prewitt','Bertrand Quill'][1 + r(x,34,5)],
  CASE WHEN res IN ('n/a','NO ACCESS') THEN ['','n/a','0'][1 + r(x,35,3)] ELSE (10 + r(x,36,95))::VARCHAR END,
  CASE WHEN res = 'FAIL' AND r(x,37,3) > 0 THEN '75' WHEN res = 'NO ACCESS' THEN '50' WHEN r(x,38,4) = 0 THEN '0' ELSE '' END
FROM (SELECT *, ['PASS','PASS','PASS','PASS','FAIL','FAIL','PARTIAL','NO ACCESS','PASS','n/a'][1 + r(x,33,10)] AS res
  FROM (SELECT *, right("Application No.", 4)::INTEGER * 10 + k AS x
    FROM (SELECT p.*, r(right("Application No.", 4)::INTEGER, 30, 4) + (CASE WHEN "Current Status" = 'Finaled' THEN 1 ELSE 0 END) AS n FROM "Permit Applications" p WHERE "Current Status" IN ('Issued','Finaled','Expired')), generate_series(0, 4) g(k)
    WHERE k < n))
WHERE "Date Issued"::DATE + (5 + k * 21 + r(x,31,18))::INTEGER < DATE '2025-06-30';

CREATE TABLE "Code Complaints" (
  "Case Number" VARCHAR,
  "Opened On" VARCHAR,
  "Closed On" VARCHAR,
  "Address" VARCHAR,
  "Ward Number" VARCHAR,
  "Complaint Category" VARCHAR,
  "Priority (1-3)" VARCHAR,
  "Assigned To" VARCHAR,
  "Fine Assessed" VARCHAR,
  "Source" VARCHAR
);
COMMENT ON COLUMN "Code Complaints"."Priority (1-3)" IS '1 is the most urgent';
COMMENT ON COLUMN "Code Complaints"."Closed On" IS 'empty or n/a while the case is open';
INSERT INTO "Code Complaints"
SELECT 'CC' || (20000 + 7 * i), d::VARCHAR,
  CASE WHEN r(i,51,6) = 0 OR d + (2 + r(i,52,120))::INTEGER > DATE '2025-06-29' THEN CASE WHEN r(i,53,2) = 0 THEN '' ELSE 'n/a' END ELSE (d + (2 + r(i,52,120))::INTEGER)::VARCHAR END,
  (100 + 4 * r(ai,13,60)) || ' ' || ['Harbor St','Mill Rd','Cedar Ave','Fairground Ln','River Walk','Runway Dr','Linden Blvd','Tannery Ct'][1 + r(ai,14,8)],
  (1 + r(ai,15,6))::VARCHAR,
  ['Work Without Permit','Noise','Unsafe Structure','Illegal Dumping','Overgrown Lot','Work Without Permit'][1 + r(i,72,6)],
  CASE WHEN r(i,55,25) = 0 THEN '' ELSE (1 + r(i,56,3))::VARCHAR END,
  CASE WHEN r(i,57,12) = 0 THEN 'n/a' ELSE ['Gloria Finch','Hector Maldonado','Imogen Darrow','Sam Oduya'][1 + r(i,58,4)] END,
  CASE WHEN r(i,59,3) = 0 THEN (50 * (1 + r(i,60,30)))::VARCHAR WHEN r(i,61,2) = 0 THEN 'n/a' ELSE '' END,
  ['311 Call','Web Form','Inspector','Council Office','311 Call'][1 + r(i,62,5)]
FROM (SELECT i, 120 + r(i,50,260) AS ai, (DATE '2023-01-09' + (i * 900 // 340)::INTEGER) AS d FROM generate_series(1, 340) t(i));
