CREATE TEMP MACRO u(i, salt) AS (hash(i, salt) % 100000) / 100000.0;

CREATE TABLE depots (
  depot_id INTEGER PRIMARY KEY,
  depot_name VARCHAR NOT NULL,
  city VARCHAR NOT NULL,
  country VARCHAR NOT NULL,
  depot_type VARCHAR NOT NULL,
  opened_on DATE NOT NULL,
  docks INTEGER NOT NULL,
  daily_capacity INTEGER
);
COMMENT ON COLUMN depots.daily_capacity IS 'Parcels it can handle a day; NULL when not yet measured';
COMMENT ON COLUMN depots.docks IS 'Number of loading docks';

CREATE TABLE customers (
  customer_id INTEGER PRIMARY KEY,
  company_name VARCHAR NOT NULL,
  industry VARCHAR NOT NULL,
  city VARCHAR NOT NULL,
  country VARCHAR NOT NULL,
  contract_tier VARCHAR,
  customer_since DATE NOT NULL,
  credit_limit_eur DECIMAL(10,2)
);
COMMENT ON TABLE customers IS 'Companies that send goods with us (shippers)';
COMMENT ON COLUMN customers.contract_tier IS 'Framework contract; NULL: no contract, pays list price';
COMMENT ON COLUMN customers.credit_limit_eur IS 'NULL: pays in advance';

CREATE TABLE drivers (
  driver_id INTEGER PRIMARY KEY,
  full_name VARCHAR NOT NULL,
  home_depot_id INTEGER NOT NULL REFERENCES depots(depot_id),
  license_class VARCHAR NOT NULL,
  hired_on DATE NOT NULL,
  left_on DATE,
  hourly_wage_eur DECIMAL(6,2) NOT NULL,
  adr_certified BOOLEAN NOT NULL
);
COMMENT ON COLUMN drivers.left_on IS 'NULL: still employed';
COMMENT ON COLUMN drivers.adr_certified IS 'May carry dangerous goods';

CREATE TABLE vehicles (
  vehicle_id INTEGER PRIMARY KEY,
  plate_no VARCHAR NOT NULL UNIQUE,
  vehicle_type VARCHAR NOT NULL,
  make VARCHAR NOT NULL,
  fuel VARCHAR NOT NULL,
  payload_kg INTEGER NOT NULL,
  depot_id INTEGER REFERENCES depots(depot_id),
  purchased_on DATE NOT NULL,
  retired_on DATE,
  odometer_km INTEGER
);
COMMENT ON COLUMN vehicles.depot_id IS 'Depot where it is stationed; NULL: floating reserve';
COMMENT ON COLUMN vehicles.retired_on IS 'NULL: still in service';
COMMENT ON COLUMN vehicles.payload_kg IS 'Maximum load';

CREATE TABLE routes (
  route_id INTEGER PRIMARY KEY,
  route_code VARCHAR NOT NULL UNIQUE,
  origin_depot_id INTEGER NOT NULL REFERENCES depots(depot_id),
  destination_depot_id INTEGER NOT NULL REFERENCES depots(depot_id),
  distance_km INTEGER NOT NULL,
  planned_minutes INTEGER NOT NULL,
  toll_eur DECIMAL(6,2),
  is_active BOOLEAN NOT NULL
);
COMMENT ON COLUMN routes.toll_eur IS 'Tolls for one run; NULL: toll-free';
COMMENT ON COLUMN routes.planned_minutes IS 'Planned driving time of one run';

CREATE TABLE shipments (
  shipment_id INTEGER PRIMARY KEY,
  tracking_no VARCHAR NOT NULL UNIQUE,
  customer_id INTEGER NOT NULL REFERENCES customers(customer_id),
  route_id INTEGER NOT NULL REFERENCES routes(route_id),
  driver_id INTEGER REFERENCES drivers(driver_id),
  vehicle_id INTEGER REFERENCES vehicles(vehicle_id),
  service_level VARCHAR NOT NULL,
  status VARCHAR NOT NULL,
  booked_on DATE NOT NULL,
  promised_on DATE NOT NULL,
  delivered_on DATE,
  parcels INTEGER NOT NULL,
  weight_kg DECIMAL(9,1) NOT NULL,
  declared_value_eur DECIMAL(10,2),
  freight_eur DECIMAL(9,2) NOT NULL,
  fuel_surcharge_eur DECIMAL(8,2) NOT NULL,
  dangerous_goods BOOLEAN NOT NULL
);
COMMENT ON TABLE shipments IS 'Revenue of a shipment is freight_eur + fuel_surcharge_eur; cancelled shipments bring no revenue; it counts on the day of booking';
COMMENT ON COLUMN shipments.delivered_on IS 'NULL: not delivered. On time: delivered_on <= promised_on; the on-time rate is the share of delivered shipments that were on time';
COMMENT ON COLUMN shipments.driver_id IS 'NULL: carried by a subcontractor, or never dispatched';
COMMENT ON COLUMN shipments.declared_value_eur IS 'NULL: sender declared no value';

CREATE TABLE delivery_events (
  event_id INTEGER PRIMARY KEY,
  shipment_id INTEGER NOT NULL REFERENCES shipments(shipment_id),
  event_type VARCHAR NOT NULL,
  event_at TIMESTAMP NOT NULL,
  depot_id INTEGER REFERENCES depots(depot_id),
  reason VARCHAR
);
COMMENT ON TABLE delivery_events IS 'Scans along the way of a shipment';
COMMENT ON COLUMN delivery_events.depot_id IS 'Depot where it was scanned; NULL: on the road or at the consignee';
COMMENT ON COLUMN delivery_events.reason IS 'Why, for failed attempts and exceptions; NULL for the others';

CREATE TABLE claims (
  claim_id INTEGER PRIMARY KEY,
  shipment_id INTEGER NOT NULL REFERENCES shipments(shipment_id),
  claim_type VARCHAR NOT NULL,
  claim_status VARCHAR NOT NULL,
  filed_on DATE NOT NULL,
  settled_on DATE,
  claimed_eur DECIMAL(9,2) NOT NULL,
  paid_eur DECIMAL(9,2)
);
COMMENT ON COLUMN claims.settled_on IS 'Day of the decision (paid or rejected); NULL while open';
COMMENT ON COLUMN claims.paid_eur IS 'Compensation paid; 0 when rejected, NULL while open';

INSERT INTO depots VALUES
(1,'Duisburg Ruhr Hub','Duisburg','Germany','hub','2022-01-01',64,42000),
(2,'Leipzig Gateway','Leipzig','Germany','hub','2022-01-01',58,38500),
(3,'Hamburg Harbour','Hamburg','Germany','cross-dock','2022-02-14',31,15200),
(4,'Munich East','Munich','Germany','last mile','2022-03-01',18,9400),
(5,'Berlin Marzahn','Berlin','Germany','last mile','2022-01-17',22,11800),
(6,'Berlin Spandau','Berlin','Germany','last mile','2023-05-02',14,6100),
(7,'Venlo Freight Park','Venlo','Netherlands','hub','2022-01-01',52,33000),
(8,'Rotterdam Maas','Rotterdam','Netherlands','cross-dock','2022-06-20',36,17900),
(9,'Utrecht City','Utrecht','Netherlands','last mile','2022-09-05',12,5200),
(10,'Antwerp Dockside','Antwerp','Belgium','cross-dock','2022-04-11',29,14100),
(11,'Liege Airport','Liege','Belgium','hub','2022-01-01',41,26500),
(12,'Brussels South','Brussels','Belgium','last mile','2023-02-13',13,5900),
(13,'Lille Nord','Lille','France','cross-dock','2022-03-21',25,12700),
(14,'Lyon Corbas','Lyon','France','hub','2022-05-09',39,22300),
(15,'Paris Gennevilliers','Paris','France','last mile','2022-02-01',27,16400),
(16,'Strasbourg Rhine','Strasbourg','France','cross-dock','2023-01-09',16,7300),
(17,'Milan Segrate','Milan','Italy','cross-dock','2022-08-29',28,13600),
(18,'Verona Interporto','Verona','Italy','cross-dock','2023-09-18',19,8800),
(19,'Vienna Simmering','Vienna','Austria','cross-dock','2022-07-04',24,11100),
(20,'Graz Mitte','Graz','Austria','last mile','2023-11-06',9,3300),
(21,'Poznan Zachod','Poznan','Poland','cross-dock','2022-10-17',21,10200),
(22,'Warsaw Okecie','Warsaw','Poland','last mile','2024-03-04',17,NULL),
(23,'Prague Letnany','Prague','Czechia','last mile','2024-06-10',15,NULL),
(24,'Basel Rheinhafen','Basel','Switzerland','cross-dock','2024-10-01',11,NULL);

INSERT INTO customers
SELECT i,
  ['Alder','Brightwell','Castellan','Dunmore','Elbtal','Fontaine','Grüner','Hollander','Ibis','Juniper','Kestrel','Lindqvist','Marlow'][1 + i % 13] || ' ' ||
  ['Foods','Textiles','Pharma','Machinery','Furniture','Electronics','Books','Chemicals','Cosmetics','Toys','Auto Parts'][1 + i % 11],
  ['food','fashion','health','industrial','home','electronics','media','chemicals','beauty','toys','automotive'][1 + i % 11],
  city, country,
  CASE WHEN u(i, 't') < 0.18 THEN 'Gold' WHEN u(i, 't') < 0.45 THEN 'Silver' WHEN u(i, 't') < 0.78 THEN 'Basic' END,
  DATE '2022-01-01' + CAST(floor(1040 * power(u(i, 's'), 2.2)) AS INTEGER),
  CASE WHEN u(i, 'c') > 0.2 THEN 1000 * floor(3 + 90 * power(u(i, 'k'), 3)) END
FROM (SELECT i, 1 + CAST(floor(14 * power(u(i, 'city'), 1.6)) AS INTEGER) AS n FROM range(1, 96) t(i)) a
JOIN (SELECT unnest(range(1, 15)) AS n,
  unnest(['Cologne','Hamburg','Rotterdam','Paris','Antwerp','Munich','Milan','Lyon','Vienna','Stuttgart','Eindhoven','Ghent','Turin','Poznan']) AS city,
  unnest(['Germany','Germany','Netherlands','France','Belgium','Germany','Italy','France','Austria','Germany','Netherlands','Belgium','Italy','Poland']) AS country) c USING (n)
ORDER BY i;

INSERT INTO drivers
SELECT i,
  ['Anna','Bogdan','Carla','Dieter','Emre','Femke','Giulia','Hannes','Ivana','Joost','Katarzyna','Luc','Mehmet','Nadia','Olaf','Piotr','Quentin'][1 + i % 17] || ' ' ||
  ['Becker','Claes','Dubois','Esposito','Fischer','Gruber','Hendriks','Janssen','Kowalski','Lambert','Moretti','Novak','Peeters','Richter','Schulz','Vermeer','Wagner','Yilmaz','Zielinski'][1 + (i * 7) % 19],
  1 + CAST(floor(20 * power(u(i, 'home'), 1.5)) AS INTEGER),
  CASE WHEN u(i, 'lic') < 0.3 THEN 'B' WHEN u(i, 'lic') < 0.55 THEN 'C' ELSE 'CE' END,
  DATE '2022-01-03' + CAST(floor(1060 * power(u(i, 'hire'), 1.7)) AS INTEGER),
  NULL,
  round(14.2 + 9 * u(i, 'w'), 2),
  u(i, 'adr') < 0.28
FROM range(1, 69) t(i);
UPDATE drivers SET left_on = least(hired_on + CAST(90 + floor(600 * u(driver_id, 'gone')) AS INTEGER), DATE '2024-12-15')
WHERE u(driver_id, 'left') < 0.22 AND hired_on < DATE '2024-06-01';

INSERT INTO vehicles
SELECT i,
  ['DU','L','HH','VL','AN','LY'][1 + i % 6] || '-' || ['KX','RT','BM','QA','ZE'][1 + (i * 3) % 5] || ' ' || (1000 + (hash(i, 'pl') % 9000)),
  ty,
  CASE ty WHEN 'cargo bike' THEN 'Urban Arrow' WHEN 'van' THEN ['Mercedes','Ford','Renault'][1 + CAST(floor(3 * power(u(i, 'm'), 1.5)) AS INTEGER)]
    WHEN 'box truck' THEN ['MAN','Iveco','Mercedes'][1 + CAST(floor(3 * power(u(i, 'm'), 1.4)) AS INTEGER)]
    ELSE ['Scania','Volvo','MAN','DAF'][1 + CAST(floor(4 * power(u(i, 'm'), 1.4)) AS INTEGER)] END,
  CASE WHEN ty = 'cargo bike' THEN 'electric' WHEN ty = 'van' AND u(i, 'f') < 0.45 THEN 'electric' WHEN ty = 'semi-trailer' AND u(i, 'f') < 0.4 THEN 'LNG' ELSE 'diesel' END,
  CASE ty WHEN 'cargo bike' THEN 150 + 10 * (hash(i, 'pay') % 11) WHEN 'van' THEN 900 + 20 * (hash(i, 'pay') % 28) WHEN 'box truck' THEN 4000 + 50 * (hash(i, 'pay') % 60) ELSE 22000 + 100 * (hash(i, 'pay') % 41) END,
  CASE WHEN u(i, 'dep') < 0.91 THEN 1 + CAST(floor(21 * power(u(i, 'dp'), 1.4)) AS INTEGER) END,
  DATE '2022-01-05' + CAST(floor(1060 * power(u(i, 'buy'), 1.5)) AS INTEGER),
  NULL,
  CASE WHEN ty <> 'cargo bike' THEN CAST(4000 + 310000 * power(u(i, 'odo'), 1.6) AS INTEGER) END
FROM (SELECT i, CASE WHEN u(i, 'ty') < 0.09 THEN 'cargo bike' WHEN u(i, 'ty') < 0.5 THEN 'van' WHEN u(i, 'ty') < 0.73 THEN 'box truck' ELSE 'semi-trailer' END AS ty FROM range(1, 59) t(i)) v;
UPDATE vehicles SET retired_on = DATE '2023-06-01' + CAST(floor(560 * u(vehicle_id, 'ret')) AS INTEGER)
WHERE u(vehicle_id, 'old') < 0.45 AND purchased_on < DATE '2023-03-01';

INSERT INTO routes
WITH places AS (
  SELECT unnest(range(1, 25)) AS id,
    unnest([51.43,51.34,53.55,48.14,52.54,52.53,51.37,51.92,52.09,51.22,50.64,50.80,50.63,45.75,48.93,48.58,45.49,45.44,48.21,47.07,52.41,52.17,50.14,47.58]) AS lat,
    unnest([6.76,12.37,9.99,11.60,13.57,13.20,6.17,4.48,5.12,4.40,5.57,4.35,3.06,4.85,2.29,7.75,9.25,10.99,16.37,15.44,16.93,20.97,14.51,7.59]) AS lon),
pairs AS (
  SELECT o.id AS o, d.id AS d, CAST(10 + 1.22 * sqrt(power(111 * (o.lat - d.lat), 2) + power(70 * (o.lon - d.lon), 2)) AS INTEGER) AS km,
    row_number() OVER (ORDER BY u(o.id * 100 + d.id, 'pair') * (3 + o.id)) AS i
  FROM places o JOIN places d ON o.id <> d.id WHERE o.id <= 20)
SELECT i, 'R' || (100 + i), o, d, km, CAST(km * (0.72 + 0.25 * u(i, 'spd')) + 15 AS INTEGER),
  CASE WHEN u(i, 'toll') > 0.25 THEN round(km * (0.06 + 0.13 * u(i, 'te')), 2) END, u(i, 'act') < 0.86
FROM pairs WHERE i <= 52 ORDER BY i;

INSERT INTO shipments
WITH base AS (
  SELECT i,
    CASE WHEN u(i, 'peak') < 0.1 THEN make_date(2022 + CAST(floor(3 * power(u(i, 'py'), 0.7)) AS INTEGER), 11, 10) + CAST(floor(40 * u(i, 'pd')) AS INTEGER)
      ELSE DATE '2022-01-03' + CAST(floor(1093 * power(u(i, 'bk'), 0.72)) AS INTEGER) END AS booked,
    CASE WHEN u(i, 'sv') < 0.46 THEN 'Standard' WHEN u(i, 'sv') < 0.72 THEN 'Express' WHEN u(i, 'sv') < 0.93 THEN 'Economy' ELSE 'Same Day' END AS service,
    1 + CAST(floor(48 * power(u(i, 'ro'), 1.4)) AS INTEGER) AS route,
    1 + CAST(floor(30 * power(u(i, 'pc'), 3.2)) AS INTEGER) AS parcels
  FROM range(1, 1451) t(i)),
senders AS (
  SELECT i, arg_min(customer_id, -ln(1 - u(i * 1000 + customer_id, 'cu')) * (2 + customer_id)) AS customer
  FROM base JOIN customers ON booked >= customer_since AND customer_id <= 89 GROUP BY ALL),
planned AS (
  SELECT *, booked + CASE service WHEN 'Same Day' THEN 0 WHEN 'Express' THEN 1 WHEN 'Standard' THEN 3 ELSE 6 END AS promised,
    CASE WHEN u(i, 'late') < 0.16 THEN -1 WHEN u(i, 'late') < 0.79 THEN 0 WHEN u(i, 'late') < 0.92 THEN 1 + CAST(floor(2 * u(i, 'ld')) AS INTEGER) ELSE 3 + CAST(floor(9 * power(u(i, 'ld'), 2)) AS INTEGER) END AS lateness,
    CASE WHEN u(i, 'st') < 0.045 THEN 'cancelled' WHEN u(i, 'st') < 0.075 THEN 'returned' WHEN u(i, 'st') < 0.087 THEN 'lost' ELSE 'delivered' END AS outcome
  FROM base),
dated AS (
  SELECT *, greatest(booked, promised + lateness) AS arrived,
    CASE WHEN outcome = 'delivered' AND greatest(booked, promised + lateness) > DATE '2024-12-31' THEN CASE WHEN booked >= DATE '2024-12-30' THEN 'booked' ELSE 'in transit' END ELSE outcome END AS status
  FROM planned)
SELECT i, 'TRK' || (400000 + i * 37), customer, route, NULL, NULL, service, status, booked, least(promised, DATE '2024-12-31'),
  CASE WHEN status = 'delivered' THEN arrived END,
  parcels, round(parcels * (1.5 + 38 * power(u(i, 'kg'), 2)), 1),
  CASE WHEN u(i, 'dv') > 0.3 THEN round(40 + 9000 * power(u(i, 'val'), 3.5), 2) END,
  round((6 + parcels * (3 + 11 * u(i, 'fr')) + km * 0.06) * CASE service WHEN 'Same Day' THEN 2.3 WHEN 'Express' THEN 1.5 WHEN 'Economy' THEN 0.75 ELSE 1 END, 2),
  round((parcels * 0.7 + km * 0.011) * (0.6 + u(i, 'fs')), 2),
  u(i, 'dg') < 0.07
FROM dated JOIN senders USING (i) JOIN (SELECT route_id AS route, distance_km AS km FROM routes) USING (route) ORDER BY i;
UPDATE shipments SET driver_id = p.d FROM (
  SELECT shipment_id AS sid, arg_min(d.driver_id, -ln(1 - u(shipment_id * 1000 + d.driver_id, 'drv')) * (6 + d.driver_id)) AS d
  FROM shipments s JOIN drivers d ON booked_on >= hired_on AND promised_on <= coalesce(left_on, DATE '2025-01-01') AND d.driver_id <= 64 GROUP BY ALL) p
WHERE shipment_id = sid AND status NOT IN ('cancelled', 'booked') AND u(shipment_id, 'sub') > 0.11;
UPDATE shipments SET vehicle_id = p.v FROM (
  SELECT shipment_id AS sid, arg_min(v.vehicle_id, -ln(1 - u(shipment_id * 1000 + v.vehicle_id, 'veh')) * (5 + v.vehicle_id)) AS v
  FROM shipments s JOIN vehicles v ON booked_on >= purchased_on AND promised_on <= coalesce(retired_on, DATE '2025-01-01') AND v.vehicle_id <= 55 GROUP BY ALL) p
WHERE shipment_id = sid AND driver_id IS NOT NULL;

INSERT INTO delivery_events
WITH picked AS (SELECT s.*, r.origin_depot_id AS o, r.destination_depot_id AS d FROM shipments s JOIN routes r USING (route_id) WHERE status <> 'cancelled' AND u(shipment_id, 'ev') < 0.66),
steps AS (
  SELECT shipment_id, 1 AS n, 'picked up' AS ty, booked_on + INTERVAL (CASE WHEN delivered_on = booked_on THEN 300 ELSE 420 END + CAST(floor(CASE WHEN delivered_on = booked_on THEN 90 ELSE 400 END * u(shipment_id, 'p')) AS INTEGER)) MINUTE AS ts, o AS dep, NULL AS why FROM picked WHERE status <> 'booked' AND u(shipment_id, 'pp') < 0.8
  UNION ALL SELECT shipment_id, 2, 'arrived at depot', booked_on + INTERVAL (CASE WHEN delivered_on = booked_on THEN 400 ELSE 900 END + CAST(floor(CASE WHEN delivered_on = booked_on THEN 75 ELSE 230 END * u(shipment_id, 'a')) AS INTEGER)) MINUTE, d, NULL FROM picked WHERE status <> 'booked' AND u(shipment_id, 'ss') < 0.7
  UNION ALL SELECT shipment_id, 3, 'exception', booked_on + INTERVAL (20 * 60 + CAST(floor(900 * u(shipment_id, 'e')) AS INTEGER)) MINUTE, CASE WHEN u(shipment_id, 'ed') < 0.6 THEN d END,
    ['traffic','missorted','damaged packaging','vehicle breakdown','customs hold'][1 + CAST(floor(5 * power(u(shipment_id, 'er'), 1.6)) AS INTEGER)] FROM picked WHERE status = 'lost' OR (delivered_on > promised_on AND u(shipment_id, 'ex') < 0.75)
  UNION ALL SELECT shipment_id, 4, 'delivery attempt failed', coalesce(delivered_on, promised_on) - INTERVAL (60 * CASE WHEN delivered_on > promised_on THEN 14 ELSE 1 END + CAST(floor(180 * u(shipment_id, 'f')) AS INTEGER)) MINUTE + INTERVAL 12 HOUR, NULL,
    ['nobody home','wrong address','refused','closed','no access'][1 + CAST(floor(5 * power(u(shipment_id, 'fr2'), 1.8)) AS INTEGER)] FROM picked WHERE status = 'returned' OR (status = 'delivered' AND u(shipment_id, 'fa') < CASE WHEN delivered_on > promised_on THEN 0.4 ELSE 0.07 END)
  UNION ALL SELECT shipment_id, 5, 'delivered', delivered_on + INTERVAL (14 * 60 + CAST(floor(400 * u(shipment_id, 'd')) AS INTEGER)) MINUTE, NULL, NULL FROM picked WHERE status = 'delivered'
  UNION ALL SELECT shipment_id, 6, 'returned to sender', promised_on + INTERVAL (3 * 24 * 60 + 600 + CAST(floor(400 * u(shipment_id, 'r')) AS INTEGER)) MINUTE, o, NULL FROM picked WHERE status = 'returned' AND promised_on < DATE '2024-12-25')
SELECT row_number() OVER (ORDER BY ts, shipment_id, n), shipment_id, ty, ts, dep, why FROM steps WHERE ts < TIMESTAMP '2025-01-01' ORDER BY ts, shipment_id, n;

INSERT INTO claims
WITH hit AS (
  SELECT *, coalesce(delivered_on, promised_on) + CAST(1 + floor(24 * power(u(shipment_id, 'fd'), 1.6)) AS INTEGER) AS filed FROM shipments
  WHERE (status = 'lost' AND u(shipment_id, 'cl') < 0.8) OR (status = 'delivered' AND u(shipment_id, 'cl') < CASE WHEN delivered_on > promised_on THEN 0.28 ELSE 0.07 END)),
decided AS (
  SELECT *, filed + CAST(3 + floor(70 * power(u(shipment_id, 'sd'), 1.5)) AS INTEGER) AS decision, row_number() OVER (ORDER BY filed, shipment_id) AS n,
    CASE WHEN status = 'lost' THEN 'loss' WHEN delivered_on > promised_on AND u(shipment_id, 'ct') < 0.7 THEN 'delay' WHEN u(shipment_id, 'ct') < 0.83 THEN 'damage' ELSE 'shortage' END AS ty,
    round(20 + coalesce(CAST(declared_value_eur AS DOUBLE), 180) * (0.15 + 0.8 * u(shipment_id, 'amt')) , 2) AS amount
  FROM hit WHERE filed <= DATE '2024-12-31')
SELECT n, shipment_id, ty,
  CASE WHEN decision > DATE '2024-12-31' OR u(shipment_id, 'op') < 0.07 THEN 'open' WHEN u(shipment_id, 'rej') < 0.3 THEN 'rejected' ELSE 'paid' END AS st,
  filed, CASE WHEN st <> 'open' THEN decision END, amount,
  CASE st WHEN 'paid' THEN round(amount * (0.4 + 0.6 * least(1, 1.4 * u(shipment_id, 'pd2'))), 2) WHEN 'rejected' THEN 0 END
FROM decided ORDER BY n;
DROP MACRO u;
