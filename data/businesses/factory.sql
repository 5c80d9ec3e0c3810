CREATE TABLE t_mach (mach_id INTEGER PRIMARY KEY, mach_nm VARCHAR, mach_typ VARCHAR, hall VARCHAR, inst_dt DATE, retd_dt DATE, cost_hr DECIMAL(8,2));
CREATE TABLE t_shft (shft_id INTEGER PRIMARY KEY, shft_nm VARCHAR, lead_nm VARCHAR, hc INTEGER);
CREATE TABLE t_sup (sup_id INTEGER PRIMARY KEY, sup_nm VARCHAR, ctry VARCHAR, rtg VARCHAR, lead_d INTEGER);
CREATE TABLE t_part (part_id INTEGER PRIMARY KEY, part_no VARCHAR, part_nm VARCHAR, grp VARCHAR, mk_by VARCHAR, sup_id INTEGER REFERENCES t_sup(sup_id), std_cst DECIMAL(10,2), stk_qty INTEGER, min_qty INTEGER);
CREATE TABLE t_wo (wo_id INTEGER PRIMARY KEY, part_id INTEGER REFERENCES t_part(part_id), mach_id INTEGER REFERENCES t_mach(mach_id), shft_id INTEGER REFERENCES t_shft(shft_id), prio VARCHAR, stat VARCHAR, rel_dt DATE, due_dt DATE, fin_dt DATE, pln_qty INTEGER, good_qty INTEGER, scrp_qty INTEGER, run_h DECIMAL(8,2));
CREATE TABLE t_po (po_id INTEGER PRIMARY KEY, sup_id INTEGER REFERENCES t_sup(sup_id), part_id INTEGER REFERENCES t_part(part_id), ord_dt DATE, prom_dt DATE, rcv_dt DATE, qty INTEGER, unit_prc DECIMAL(10,2), stat VARCHAR);
CREATE TABLE t_qc (qc_id INTEGER PRIMARY KEY, wo_id INTEGER REFERENCES t_wo(wo_id), chk_dt DATE, insp_nm VARCHAR, smp_qty INTEGER, def_qty INTEGER, def_typ VARCHAR, rslt VARCHAR);
CREATE TABLE t_down (down_id INTEGER PRIMARY KEY, mach_id INTEGER REFERENCES t_mach(mach_id), shft_id INTEGER REFERENCES t_shft(shft_id), beg_ts TIMESTAMP, dur_min INTEGER, rsn VARCHAR, plnd BOOLEAN, fix_cst DECIMAL(10,2));
COMMENT ON TABLE t_mach IS 'machines';
COMMENT ON COLUMN t_mach.mach_nm IS 'machine name';
COMMENT ON COLUMN t_mach.mach_typ IS 'machine type';
COMMENT ON COLUMN t_mach.inst_dt IS 'day of installation';
COMMENT ON COLUMN t_mach.retd_dt IS 'day it was taken out of service; NULL = in service';
COMMENT ON COLUMN t_mach.cost_hr IS 'cost of a running hour, EUR';
COMMENT ON TABLE t_shft IS 'shifts';
COMMENT ON COLUMN t_shft.shft_nm IS 'shift name';
COMMENT ON COLUMN t_shft.lead_nm IS 'shift leader';
COMMENT ON COLUMN t_shft.hc IS 'headcount';
COMMENT ON TABLE t_sup IS 'suppliers';
COMMENT ON COLUMN t_sup.sup_nm IS 'supplier name';
COMMENT ON COLUMN t_sup.ctry IS 'country';
COMMENT ON COLUMN t_sup.rtg IS 'rating A (best) to D; NULL = not audited yet';
COMMENT ON COLUMN t_sup.lead_d IS 'agreed lead time, days';
COMMENT ON TABLE t_part IS 'parts. To reorder = stock below the minimum';
COMMENT ON COLUMN t_part.part_nm IS 'part name';
COMMENT ON COLUMN t_part.grp IS 'part group';
COMMENT ON COLUMN t_part.mk_by IS 'make = produced here, buy = purchased';
COMMENT ON COLUMN t_part.sup_id IS 'main supplier; NULL for parts made here';
COMMENT ON COLUMN t_part.std_cst IS 'standard cost of one piece, EUR; stock value = stk_qty * std_cst';
COMMENT ON COLUMN t_part.stk_qty IS 'pieces in stock';
COMMENT ON COLUMN t_part.min_qty IS 'minimum stock';
COMMENT ON TABLE t_wo IS 'work orders. Output is good_qty; scrap rate = sum of scrp_qty / sum of (good_qty + scrp_qty). On time = finished no later than due. Machine cost = run_h * cost_hr';
COMMENT ON COLUMN t_wo.prio IS 'priority: low, normal, high, rush';
COMMENT ON COLUMN t_wo.stat IS 'planned, running, done or cancelled';
COMMENT ON COLUMN t_wo.rel_dt IS 'release day; work orders are counted on it';
COMMENT ON COLUMN t_wo.due_dt IS 'due day';
COMMENT ON COLUMN t_wo.fin_dt IS 'day finished; output, scrap and hours count on it. Only work orders that are done have one';
COMMENT ON COLUMN t_wo.pln_qty IS 'planned pieces';
COMMENT ON COLUMN t_wo.good_qty IS 'good pieces; NULL until done';
COMMENT ON COLUMN t_wo.scrp_qty IS 'scrapped pieces; NULL until done';
COMMENT ON COLUMN t_wo.run_h IS 'machine hours; NULL until done';
COMMENT ON TABLE t_po IS 'purchase orders. Spend = qty * unit_prc, cancelled ones left out, by order date';
COMMENT ON COLUMN t_po.ord_dt IS 'day ordered';
COMMENT ON COLUMN t_po.prom_dt IS 'delivery day promised';
COMMENT ON COLUMN t_po.rcv_dt IS 'day received; NULL = not here (yet). Late = received after the promised day';
COMMENT ON COLUMN t_po.unit_prc IS 'price of one piece, EUR';
COMMENT ON COLUMN t_po.stat IS 'open, received or cancelled';
COMMENT ON TABLE t_qc IS 'quality checks. Defect rate = sum of def_qty / sum of smp_qty';
COMMENT ON COLUMN t_qc.chk_dt IS 'day of the check';
COMMENT ON COLUMN t_qc.insp_nm IS 'inspector';
COMMENT ON COLUMN t_qc.smp_qty IS 'pieces looked at';
COMMENT ON COLUMN t_qc.def_qty IS 'pieces with a defect';
COMMENT ON COLUMN t_qc.def_typ IS 'main defect; NULL = none found';
COMMENT ON COLUMN t_qc.rslt IS 'pass, rework or reject';
COMMENT ON TABLE t_down IS 'machine downtime, planned and unplanned';
COMMENT ON COLUMN t_down.beg_ts IS 'start';
COMMENT ON COLUMN t_down.dur_min IS 'minutes';
COMMENT ON COLUMN t_down.rsn IS 'reason; NULL = not recorded';
COMMENT ON COLUMN t_down.plnd IS 'true = planned';
COMMENT ON COLUMN t_down.fix_cst IS 'repair cost, EUR; NULL = no repair';

CREATE TEMP MACRO u(i, s) AS (hash(i, s) % 1000003) / 1000003.0;

INSERT INTO t_mach VALUES
 (1,'Lathe 01','CNC lathe','Hall A','2022-01-10',NULL,41.5),(2,'Lathe 02','CNC lathe','Hall A','2022-01-10',NULL,41.5),(3,'Lathe 03','CNC lathe','Hall A','2023-06-19',NULL,48),
 (4,'Mill 01','Milling centre','Hall A','2022-01-24',NULL,56),(5,'Mill 02','Milling centre','Hall A','2022-03-14',NULL,56),(6,'Mill 03','Milling centre','Hall B','2023-02-06',NULL,63.5),(7,'Mill 04','Milling centre','Hall B','2024-08-26',NULL,71),
 (8,'Press 01','Stamping press','Hall C','2022-01-17','2024-03-15',34),(9,'Press 02','Stamping press','Hall C','2022-05-09',NULL,38.5),(10,'Press 03','Stamping press','Hall C','2023-09-11',NULL,39),
 (11,'Moulder 01','Injection moulder','Hall D','2022-02-07',NULL,29),(12,'Moulder 02','Injection moulder','Hall D','2022-02-07',NULL,29),(13,'Moulder 03','Injection moulder','Hall D','2022-11-21','2024-10-31',27.5),(14,'Moulder 04','Injection moulder','Hall D','2024-01-15',NULL,33),
 (15,'Laser 01','Laser cutter','Hall B','2022-04-04',NULL,67),(16,'Laser 02','Laser cutter','Hall B','2023-11-06',NULL,74.5),
 (17,'Robot Weld 1','Welding cell','Hall C','2022-07-18',NULL,52),(18,'Robot Weld 2','Welding cell','Hall C','2023-04-24',NULL,52),(19,'Grinder 01','Grinder','Hall A','2022-09-12',NULL,31),(20,'Paint Booth','Coating line','Hall E','2022-06-13',NULL,44),
 (21,'Oven 01','Furnace','Hall E','2022-10-03',NULL,36.5),(22,'Assembly 1','Assembly line','Hall F','2022-01-31',NULL,83),(23,'Assembly 2','Assembly line','Hall F','2023-01-16',NULL,88),(24,'Laser 03','Laser cutter','Hall B','2024-12-09',NULL,81);
INSERT INTO t_shft VALUES (1,'Early','Agnes Kovac',34),(2,'Late','Piotr Zielinski',29),(3,'Night','Dmitri Orlov',17),(4,'Weekend','Lucia Ferrara',11),(5,'Split',NULL,0);
INSERT INTO t_sup SELECT row_number() OVER (), s.n, s.c, s.r, s.d FROM (VALUES
 ('Brandt Stahl','Germany','A',14),('Nordic Alloys','Sweden','A',21),('Polimex','Poland','B',10),('Shenzhen Fastener','China','C',45),('Torino Bearings','Italy','A',18),('Bohemia Castings','Czechia','B',16),
 ('Rheintal Kunststoffe','Germany','B',9),('Anatolia Metals','Turkey','C',28),('Ohm & Sons','United Kingdom','B',24),('Lyon Hydraulique','France','A',20),('Ningbo Electric','China','B',50),('Carpathia Wire','Romania','C',15),
 ('Alpen Coatings','Austria','A',12),('Balkan Rubber','Bulgaria','D',19),('Gdansk Seals','Poland','B',11),('Osaka Precision','Japan','A',40),('Iberia Springs','Spain','B',17),('Danube Plastics','Hungary',NULL,13),
 ('Pune Forge','India','C',48),('Helsinki Sensors','Finland','A',22),('Kleinmann Werkzeuge','Germany',NULL,7),('Porto Cork & Gasket','Portugal','B',23),('Taipei Optics','Taiwan',NULL,42)) s(n, c, r, d);

INSERT INTO t_part
WITH m AS (SELECT ['Drive Shaft','Gear Wheel 24T','Gear Wheel 36T','Pump Housing','Valve Body','Piston Rod','Mounting Bracket','Base Plate','Motor Cover','Fan Blade','Control Box','Handle Grip','Nozzle Tip','Heat Sink','Side Panel','Hinge Arm','Impeller','Cam Disc','Flange DN50','Flange DN80','Spindle','Rotor Core','Frame Left','Frame Right','Pump P100','Pump P200','Valve Unit V3','Actuator A1','Filter Cap','Cable Clip'] AS made,
 ['Steel Bar 20mm','Steel Bar 40mm','Sheet Steel 2mm','Sheet Steel 4mm','Alu Profile','Alu Sheet 3mm','Copper Wire','Ball Bearing 6204','Ball Bearing 6306','Hex Bolt M6','Hex Bolt M8','Hex Bolt M12','Lock Nut M8','Washer M8','O-Ring 30','O-Ring 50','Shaft Seal','PP Granulate','ABS Granulate','PA66 Granulate','Coil Spring','Leaf Spring','Pressure Sensor','Temp Sensor','Hall Sensor','Circuit Board','Power Cable','Primer Grey','Topcoat Blue','Gasket 80','Cast Blank P1','Cast Blank V3','Forged Blank','Electric Motor','Rubber Foot','Grease 5kg','Carton Large','Pallet','Glass Lens','Cutting Insert'] AS bought,
 ['Rotating','Rotating','Rotating','Housings','Housings','Rotating','Structural','Structural','Housings','Plastics','Assemblies','Plastics','Plastics','Housings','Structural','Structural','Rotating','Rotating','Housings','Housings','Rotating','Rotating','Structural','Structural','Assemblies','Assemblies','Assemblies','Assemblies','Plastics','Plastics'] AS mg,
 ['Raw metal','Raw metal','Raw metal','Raw metal','Raw metal','Raw metal','Raw metal','Bearings','Bearings','Fasteners','Fasteners','Fasteners','Fasteners','Fasteners','Seals','Seals','Seals','Granulate','Granulate','Granulate','Springs','Springs','Electronics','Electronics','Electronics','Electronics','Electronics','Coatings','Coatings','Seals','Castings','Castings','Castings','Electronics','Seals','Consumables','Consumables','Consumables','Electronics','Consumables'] AS bg,
 [1,1,2,1,3,2,12,5,5,4,4,4,4,4,14,15,15,7,18,7,17,17,20,20,20,11,11,13,13,22,6,6,19,11,14,3,3,3,16,9] AS bs)
SELECT i, CASE WHEN i <= 30 THEN 'M-' ELSE 'B-' END || (1000 + i * 17), CASE WHEN i <= 30 THEN made[i] ELSE bought[i - 30] END, CASE WHEN i <= 30 THEN mg[i] ELSE bg[i - 30] END,
 CASE WHEN i <= 30 THEN 'make' ELSE 'buy' END, CASE WHEN i > 30 THEN bs[i - 30] END,
 CASE WHEN i BETWEEN 25 AND 28 THEN round(140 + 300 * u(i,'c'), 2) WHEN i <= 30 THEN round(3 + 60 * pow(u(i,'c'), 2), 2) WHEN bg[i - 30] = 'Fasteners' THEN round(.04 + .4 * u(i,'c'), 2) ELSE round(.8 + 70 * pow(u(i,'c'), 3), 2) END,
 CASE WHEN u(i,'z') < .06 THEN 0 ELSE (3 + 4200 * pow(u(i,'s'), 2.4))::INTEGER END, 10 * (2 + 45 * pow(u(i,'m'), 2))::INTEGER
FROM range(1, 71) r(i), m;

INSERT INTO t_wo
WITH w AS (SELECT i, 1 + floor(29 * pow(u(i,'p'), 1.5))::INTEGER AS pid, DATE '2022-02-01' + (1063 * pow((i + 30 * u(i,'d')) / 1530.0, 0.8))::INTEGER AS rel FROM range(1, 1501) r(i)),
x AS (SELECT w.*, grp, CASE grp WHEN 'Rotating' THEN [1,1,2,3,4,19,1,2][1 + floor(8 * u(i,'m'))::INTEGER] WHEN 'Housings' THEN [4,5,6,4,21,5,7][1 + floor(7 * u(i,'m'))::INTEGER] WHEN 'Structural' THEN [8,9,10,15,16,17,18,15,20][1 + floor(9 * u(i,'m'))::INTEGER] WHEN 'Plastics' THEN [11,11,12,13,14][1 + floor(5 * u(i,'m'))::INTEGER] ELSE [22,22,23][1 + floor(3 * u(i,'m'))::INTEGER] END AS m0 FROM w JOIN t_part ON part_id = pid),
y AS (SELECT x.*, CASE WHEN m0 = 8 AND rel > DATE '2024-03-01' THEN 9 WHEN m0 = 13 AND rel > DATE '2024-10-01' THEN 14 WHEN inst_dt > rel THEN CASE grp WHEN 'Rotating' THEN 1 WHEN 'Housings' THEN 4 WHEN 'Structural' THEN CASE WHEN rel < DATE '2024-03-01' THEN 8 ELSE 9 END WHEN 'Plastics' THEN 11 ELSE 22 END ELSE m0 END AS mid,
  10 * (1 + 59 * pow(u(i,'q'), 2.2))::INTEGER / CASE WHEN grp = 'Assemblies' THEN 5 ELSE 1 END AS pq, rel + 4 + (24 * u(i,'du'))::INTEGER AS due FROM x JOIN t_mach ON mach_id = m0),
z AS (SELECT *, CASE WHEN u(i,'fin') < .79 THEN due - (5 * u(i,'f2'))::INTEGER ELSE due + 1 + (21 * pow(u(i,'f2'), 2.5))::INTEGER END AS f0 FROM y),
v AS (SELECT *, CASE WHEN u(i,'can') < .035 THEN 'cancelled' WHEN f0 <= DATE '2024-12-30' THEN 'done' WHEN rel > DATE '2024-12-20' THEN 'planned' ELSE 'running' END AS st,
  floor(pq * (.004 + .16 * pow(u(i,'sc'), 4) * CASE WHEN mid IN (8, 13) THEN 2.6 WHEN mid IN (11, 12) THEN 1.3 ELSE 1 END))::INTEGER AS sq FROM z)
SELECT i, pid, mid, CASE WHEN u(i,'sh') < .44 THEN 1 WHEN u(i,'sh') < .76 THEN 2 WHEN u(i,'sh') < .94 THEN 3 ELSE 4 END,
 CASE WHEN u(i,'pr') < .63 THEN 'normal' WHEN u(i,'pr') < .82 THEN 'high' WHEN u(i,'pr') < .91 THEN 'low' ELSE 'rush' END, st, rel, due, CASE WHEN st = 'done' THEN greatest(f0, rel + 1) END, pq::INTEGER,
 CASE WHEN st = 'done' THEN (pq - sq - CASE WHEN u(i,'sm') < .2 THEN floor(pq * .05) ELSE 0 END)::INTEGER END, CASE WHEN st = 'done' THEN sq END,
 CASE WHEN st = 'done' THEN round(.8 + pq * (.02 + .11 * u(i,'h')) * CASE WHEN grp = 'Assemblies' THEN 5 ELSE 1 END, 2) END
FROM v;

INSERT INTO t_po
WITH p AS (SELECT i, 31 + floor(39 * pow(u(i,'pp'), 1.2))::INTEGER AS pid, DATE '2022-01-10' + (1083 * u(i,'od'))::INTEGER AS od FROM range(1, 721) r(i)),
s AS (SELECT p.*, std_cst, CASE WHEN u(i,'alt') < .84 THEN sup_id ELSE 1 + floor(21 * u(i,'a2'))::INTEGER END AS sid FROM p JOIN t_part ON part_id = pid),
q AS (SELECT s.*, od + lead_d + (4 * u(i,'pd'))::INTEGER AS prom, rtg, ctry FROM s JOIN t_sup ON sup_id = sid),
t AS (SELECT *, CASE WHEN u(i,'late') < CASE rtg WHEN 'A' THEN .1 WHEN 'B' THEN .22 WHEN 'C' THEN .38 ELSE .55 END THEN prom + 1 + (30 * pow(u(i,'l2'), 2))::INTEGER ELSE prom - (4 * u(i,'l2'))::INTEGER END AS rc FROM q)
SELECT i, sid, pid, od, prom, CASE WHEN u(i,'cx') >= .045 AND rc <= DATE '2024-12-30' THEN rc END, CASE WHEN std_cst < 1 THEN 500 * (1 + 18 * pow(u(i,'qy'), 2))::INTEGER ELSE 5 * (2 + 120 * pow(u(i,'qy'), 2.5))::INTEGER END,
 greatest(round(std_cst * (.84 + .3 * u(i,'px') + .00012 * (od - DATE '2022-01-10')), 2), .03), CASE WHEN u(i,'cx') < .045 THEN 'cancelled' WHEN rc <= DATE '2024-12-30' THEN 'received' ELSE 'open' END
FROM t;

INSERT INTO t_qc
WITH c AS (SELECT wo_id, fin_dt, mach_id, good_qty + scrp_qty AS made, k FROM t_wo, range(2) r(k) WHERE fin_dt IS NOT NULL AND u(wo_id * 3 + k, 'qc') < CASE k WHEN 0 THEN .7 ELSE .16 END),
d AS (SELECT row_number() OVER (ORDER BY fin_dt, wo_id, k) AS i, * FROM c),
e AS (SELECT *, greatest(3, (made * (.04 + .12 * u(i,'s')))::INTEGER) AS smp FROM d),
f AS (SELECT *, CASE WHEN u(i,'any') < CASE WHEN mach_id IN (8, 13) THEN .55 ELSE .3 END THEN least(smp, 1 + floor(smp * .3 * pow(u(i,'dq'), 2))::INTEGER) ELSE 0 END AS dq FROM e)
SELECT i, wo_id, fin_dt + (3 * u(i,'cd'))::INTEGER - CASE WHEN fin_dt > DATE '2024-12-27' THEN 3 ELSE 0 END, ['Maren Lund','Maren Lund','Maren Lund','Ivo Petrov','Ivo Petrov','Shreya Nair','Shreya Nair','Colin Baird','Colin Baird','Fatou Diop'][1 + floor(10 * u(i,'in'))::INTEGER], smp, dq,
 CASE WHEN dq > 0 THEN CASE WHEN u(i,'dt') < .36 THEN 'dimension' WHEN u(i,'dt') < .6 THEN 'scratch' WHEN u(i,'dt') < .77 THEN 'burr' WHEN u(i,'dt') < .87 THEN 'crack' WHEN u(i,'dt') < .95 THEN 'colour' ELSE 'porosity' END END,
 CASE WHEN dq = 0 OR (dq = 1 AND u(i,'rs') < .35) THEN 'pass' WHEN u(i,'rs') < .78 THEN 'rework' ELSE 'reject' END
FROM f;

INSERT INTO t_down
WITH d AS (SELECT i, 1 + floor(23 * pow(u(i,'m'), 1.25))::INTEGER AS k FROM range(1, 861) r(i)),
e AS (SELECT i, [8,4,15,11,22,1,13,17,2,9,5,12,23,20,6,16,18,3,10,21,14,19,7][k] AS mid FROM d),
f AS (SELECT e.*, inst_dt + 5 + ((coalesce(retd_dt, DATE '2024-12-31') - inst_dt - 5) * u(i,'when'))::INTEGER AS day, u(i,'pl') < .24 AS pl FROM e JOIN t_mach ON mach_id = mid)
SELECT i, mid, CASE WHEN u(i,'s') < .38 THEN 1 WHEN u(i,'s') < .66 THEN 2 WHEN u(i,'s') < .93 THEN 3 ELSE 4 END, least(day, DATE '2024-12-30')::TIMESTAMP + to_minutes((1439 * u(i,'min'))::BIGINT), (4 + 520 * pow(u(i,'du'), 3.2))::INTEGER,
 CASE WHEN pl THEN CASE WHEN u(i,'r') < .62 THEN 'maintenance' WHEN u(i,'r') < .9 THEN 'changeover' ELSE 'training' END WHEN u(i,'r') < .27 THEN 'tool breakage' WHEN u(i,'r') < .49 THEN 'no material' WHEN u(i,'r') < .65 THEN 'electrical fault' WHEN u(i,'r') < .79 THEN 'hydraulic leak' WHEN u(i,'r') < .89 THEN 'operator missing' WHEN u(i,'r') < .94 THEN 'software crash' END,
 pl, CASE WHEN NOT pl AND u(i,'r') < .79 AND NOT u(i,'r') BETWEEN .27 AND .49 THEN round(40 + 3900 * pow(u(i,'fc'), 4), 2) END
FROM f;
