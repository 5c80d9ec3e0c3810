-- nst_fleet: sidewalk delivery robots of "Trundle Robotics"
CREATE TEMP MACRO h(i, salt, n) AS (hash(i * 6113 + salt * 88799) % n)::INTEGER;

CREATE TYPE robot_state AS ENUM ('active', 'charging', 'in_repair', 'retired');
CREATE TYPE outcome AS ENUM ('delivered', 'returned', 'cancelled', 'rescued');

CREATE TABLE hubs (
  hub_id     INTEGER PRIMARY KEY,
  name       VARCHAR NOT NULL,
  address    STRUCT(street VARCHAR, city VARCHAR, postcode VARCHAR),
  opened_on  DATE,
  bays       INTEGER,
  services   VARCHAR[],
  hours      MAP(VARCHAR, VARCHAR)
);
COMMENT ON COLUMN hubs.hours IS 'opening hours by weekday (mon, tue, wed, thu, fri, sat, sun); a day that is missing is a closed day';
COMMENT ON COLUMN hubs.bays IS 'robots that can park and charge at the same time';
INSERT INTO hubs VALUES
 (1,'Canal Yard',   {'street':'Dock Road 4','city':'Utrecht','postcode':'3511'},    DATE '2022-11-01', 14, ['charging','repair','washing'], MAP {'mon':'06-23','tue':'06-23','wed':'06-23','thu':'06-23','fri':'06-24','sat':'08-24','sun':'09-22'}),
 (2,'Science Park', {'street':'Kelvin Lane 19','city':'Utrecht','postcode':'3584'}, DATE '2023-03-13', 8,  ['charging'],                    MAP {'mon':'07-20','tue':'07-20','wed':'07-20','thu':'07-20','fri':'07-20'}),
 (3,'Old Brewery',  {'street':'Mälzerweg 2','city':'Münster','postcode':'48143'},   DATE '2023-05-22', 12, ['charging','washing'],          MAP {'mon':'07-22','tue':'07-22','wed':'07-22','thu':'07-22','fri':'07-23','sat':'09-23'}),
 (4,'Station North',{'street':'Gleisgasse 31','city':'Münster','postcode':'48155'}, DATE '2024-02-05', 6,  ['charging','parcel lockers'],   MAP {'mon':'06-22','wed':'06-22','fri':'06-22','sat':'06-22','sun':'08-20'}),
 (5,'Harbour Nine', {'street':'Quay Street 9','city':'Aarhus','postcode':'8000'},   DATE '2023-09-18', 10, ['charging','repair'],           MAP {'mon':'06-21','tue':'06-21','wed':'06-21','thu':'06-21','fri':'06-21','sat':'08-18'}),
 (6,'Campus West',  {'street':'Ring Road 77','city':'Aarhus','postcode':'8200'},    DATE '2024-08-26', 7,  ['charging','washing','parcel lockers'], MAP {'mon':'07-19','tue':'07-19','wed':'07-19','thu':'07-19','fri':'07-17'}),
 (7,'Mill Quarter', {'street':'Weaver Row 5','city':'Leuven','postcode':'3000'},    DATE '2024-05-06', 9,  ['charging','repair','parcel lockers'], MAP {'tue':'08-22','wed':'08-22','thu':'08-22','fri':'08-24','sat':'08-24','sun':'10-20'}),
 (8,'Airport Link', {'street':'Runway Plaza 1','city':'Aarhus','postcode':'8560'},  DATE '2025-09-01', 16, NULL, NULL);

CREATE TABLE models (
  model_code VARCHAR PRIMARY KEY,
  name       VARCHAR NOT NULL,
  launched   DATE,
  spec       STRUCT(payload_kg DOUBLE, top_speed_kmh DOUBLE, wheels INTEGER, battery STRUCT(wh INTEGER, chemistry VARCHAR)),
  sensors    VARCHAR[],
  price      DECIMAL(8,2)
);
INSERT INTO models VALUES
 ('TR-1','Pebble',   DATE '2022-06-01', {'payload_kg':10.0,'top_speed_kmh':5.5,'wheels':6,'battery':{'wh':620,'chemistry':'NMC'}},  ['camera','ultrasonic','gps'], 6900.00),
 ('TR-2','Pebble XL',DATE '2023-04-15', {'payload_kg':22.0,'top_speed_kmh':6.0,'wheels':6,'battery':{'wh':980,'chemistry':'LFP'}},  ['camera','ultrasonic','gps','lidar'], 9400.00),
 ('TR-3','Badger',   DATE '2024-01-10', {'payload_kg':35.0,'top_speed_kmh':12.0,'wheels':4,'battery':{'wh':1450,'chemistry':'LFP'}},['camera','lidar','gps','radar','imu'], 14250.00),
 ('TR-4','Finch',    DATE '2024-09-02', {'payload_kg':6.5,'top_speed_kmh':9.0,'wheels':4,'battery':{'wh':410,'chemistry':'NMC'}},   ['camera','gps','imu'], 5100.00),
 ('TR-5','Ox',       DATE '2025-10-01', {'payload_kg':80.0,'top_speed_kmh':12.0,'wheels':8,'battery':{'wh':3200,'chemistry':'LFP'}},NULL, NULL);

CREATE TABLE robots (
  robot_id     INTEGER PRIMARY KEY,
  callsign     VARCHAR NOT NULL UNIQUE,
  model_code   VARCHAR NOT NULL REFERENCES models(model_code),
  hub_id       INTEGER NOT NULL REFERENCES hubs(hub_id),
  state        robot_state NOT NULL,
  commissioned DATE NOT NULL,
  firmware     STRUCT(nav VARCHAR, safety VARCHAR),
  attributes   MAP(VARCHAR, VARCHAR),
  odometer_km  DOUBLE,
  lid_sensor   BOOLEAN
);
COMMENT ON COLUMN robots.callsign IS 'name painted on the robot; people call it by this';
COMMENT ON COLUMN robots.attributes IS 'keys: color, sponsor (only if it carries advertising), flag (yes/no: safety flag fitted), tyre (summer/winter/all-season)';
COMMENT ON COLUMN robots.lid_sensor IS 'NULL = not inspected yet';
INSERT INTO robots
SELECT i, (['Biscuit','Marble','Thistle','Domino','Pepper','Waffle','Comet','Juno','Acorn','Radish','Sprocket','Tilly','Bramble','Noodle','Ziggy','Clover','Pickle','Mango','Otter','Rivet'])[1 + (i - 1) % 20] || (['',' II',' III',' IV'])[1 + (i - 1) // 20],
  (['TR-1','TR-1','TR-2','TR-2','TR-2','TR-3','TR-3','TR-4'])[1 + h(i,1,8)], 1 + h(i,2,7),
  (['active','active','active','active','charging','charging','in_repair','retired'])[1 + h(i,3,8)]::robot_state,
  DATE '2023-01-09' + h(i,4,780),
  CASE WHEN h(i,5,11) = 0 THEN NULL ELSE {'nav': (['2.8','3.0','3.1','3.1'])[1 + h(i,6,4)], 'safety': (['1.4','1.5'])[1 + h(i,7,2)]} END,
  map_from_entries(list_filter([
    {'k':'color','v':(['white','orange','teal','white','grey'])[1 + h(i,8,5)]},
    {'k':'sponsor','v':CASE WHEN h(i,9,3) = 0 THEN (['Fjordbank','Broodhuis','Teal Telecom','Kaffe & Co'])[1 + h(i,10,4)] END},
    {'k':'flag','v':CASE WHEN h(i,11,6) > 0 THEN 'yes' ELSE 'no' END},
    {'k':'tyre','v':CASE WHEN h(i,12,7) > 0 THEN (['summer','winter','all-season'])[1 + h(i,13,3)] END}], lambda e: e.v IS NOT NULL)),
  round(40 + h(i,14,52000) / 10.0, 1),
  CASE WHEN h(i,15,6) = 0 THEN NULL ELSE h(i,15,6) > 1 END
FROM generate_series(1, 64) t(i);
UPDATE robots r SET commissioned = greatest(r.commissioned, m.launched + 12 + r.robot_id % 45, o.opened_on + 5 + r.robot_id % 30) FROM models m, hubs o WHERE m.model_code = r.model_code AND o.hub_id = r.hub_id;

CREATE TABLE merchants (
  merchant_id INTEGER PRIMARY KEY,
  name        VARCHAR NOT NULL,
  category    VARCHAR NOT NULL,
  city        VARCHAR NOT NULL,
  cuisines    VARCHAR[],
  contract    STRUCT(since DATE, fee_pct DOUBLE, exclusive BOOLEAN)
);
COMMENT ON COLUMN merchants.cuisines IS 'only for restaurants and cafes';
INSERT INTO merchants VALUES
 (1,'Bakkerij Zonneveld','bakery','Utrecht',NULL,{'since':DATE '2023-01-15','fee_pct':14.0,'exclusive':true}),
 (2,'Lotus Garden','restaurant','Utrecht',['chinese','thai'],{'since':DATE '2023-02-01','fee_pct':18.5,'exclusive':false}),
 (3,'Trattoria Nonna Pia','restaurant','Utrecht',['italian','pizza'],{'since':DATE '2023-06-20','fee_pct':17.0,'exclusive':false}),
 (4,'Buurtsuper De Haan','grocery','Utrecht',NULL,{'since':DATE '2023-08-01','fee_pct':9.5,'exclusive':true}),
 (5,'Westfalen Apotheke','pharmacy','Münster',NULL,{'since':DATE '2023-06-05','fee_pct':11.0,'exclusive':true}),
 (6,'Pho Saigon','restaurant','Münster',['vietnamese','thai','vegan'],{'since':DATE '2023-07-11','fee_pct':18.5,'exclusive':false}),
 (7,'Cafe Lindenhof','cafe','Münster',['cakes','vegan'],{'since':DATE '2024-01-08','fee_pct':15.0,'exclusive':false}),
 (8,'Pizzeria Vesuvio','restaurant','Münster',['italian','pizza','vegan'],{'since':DATE '2024-03-01','fee_pct':16.0,'exclusive':true}),
 (9,'Havnens Fisk','restaurant','Aarhus',['seafood'],{'since':DATE '2023-10-02','fee_pct':19.0,'exclusive':false}),
 (10,'Gronttorvet','grocery','Aarhus',NULL,{'since':DATE '2023-11-20','fee_pct':10.0,'exclusive':false}),
 (11,'Kanelbageren','bakery','Aarhus',NULL,{'since':DATE '2024-09-15','fee_pct':13.5,'exclusive':true}),
 (12,'Taj Aarhus','restaurant','Aarhus',['indian','vegan'],{'since':DATE '2024-04-18','fee_pct':17.5,'exclusive':false}),
 (13,'Frituur Max','restaurant','Leuven',['fries','burgers'],{'since':DATE '2024-05-10','fee_pct':16.5,'exclusive':false}),
 (14,'Boekhandel Kapitel','bookshop','Leuven',NULL,{'since':DATE '2024-06-03','fee_pct':8.0,'exclusive':false}),
 (15,'Apotheek Naamsepoort','pharmacy','Leuven',NULL,{'since':DATE '2024-07-01','fee_pct':11.0,'exclusive':true}),
 (16,'Sushi Dyle','restaurant','Leuven',['japanese','seafood'],NULL);
COMMENT ON COLUMN merchants.contract IS 'NULL while the merchant is on a free trial; fee_pct = our share of the order value in per cent';

CREATE TABLE trips (
  trip_id      INTEGER PRIMARY KEY,
  robot_id     INTEGER NOT NULL REFERENCES robots(robot_id),
  merchant_id  INTEGER NOT NULL REFERENCES merchants(merchant_id),
  started_at   TIMESTAMP NOT NULL,
  duration     INTERVAL,
  distance_m   INTEGER,
  result       outcome NOT NULL,
  order_value  DECIMAL(8,2),
  items        STRUCT(sku VARCHAR, qty INTEGER, weight_g INTEGER)[],
  info         JSON
);
COMMENT ON COLUMN trips.duration IS 'from loading to unloading; NULL for cancelled trips';
COMMENT ON COLUMN trips.items IS 'weight_g is the weight of one piece';
COMMENT ON COLUMN trips.info IS 'weather, temp_c, battery{start,end} (per cent), stops, rating (1-5, null if none), note (may be missing). Written by the robot';
INSERT INTO trips
WITH t AS (SELECT i, 1 + h(i,20,61) AS rid FROM generate_series(1, 1150) g(i)),
a AS (SELECT i, rid, hub_id, commissioned, (list(m.merchant_id ORDER BY m.merchant_id)) AS ms FROM t JOIN robots ON robot_id = rid JOIN hubs USING (hub_id) JOIN merchants m ON m.city = address.city GROUP BY ALL),
b AS (SELECT i, rid, ms[1 + h(i,21,1000) * h(i,22,1000) * len(ms) // 1000000] AS mid, (commissioned + 3)::TIMESTAMP + to_minutes(h(i,23,(TIMESTAMP '2025-06-29' - commissioned::TIMESTAMP < INTERVAL 0 DAY)::INTEGER + 10000) * greatest(date_diff('day', commissioned, DATE '2025-06-26'), 20) * 144 // 1000) AS ts,
  (['delivered','delivered','delivered','delivered','delivered','delivered','delivered','delivered','returned','cancelled','rescued'])[1 + h(i,24,11)]::outcome AS res FROM a)
SELECT i, rid, mid, date_trunc('day', ts) + to_minutes(430 + h(i,37,850)), CASE WHEN res <> 'cancelled' THEN to_minutes(7 + h(i,25,44)) + to_seconds(h(i,26,60)) END,
  CASE WHEN res <> 'cancelled' THEN 280 + h(i,27,3900) END, res, ((450 + h(i,28,6900)) / 100.0)::DECIMAL(8,2),
  list_transform(range(1, 2 + h(i,29,4)), lambda k: {'sku': (['MEAL-HOT','MEAL-COLD','BREAD','DRINK','PARCEL-S','BOOK','MED','CAKE'])[1 + h(i * 7 + k,30,8)], 'qty': 1 + h(i * 7 + k,31,3), 'weight_g': 90 + 10 * h(i * 7 + k,32,140)}),
  CASE WHEN h(i,33,25) = 0 THEN NULL WHEN h(i,34,9) = 0
   THEN to_json({'weather': (['rain','snow','storm'])[1 + h(i,35,3)], 'temp_c': h(i,36,16) - 6, 'battery': {'start': 60 + h(i,38,41), 'end': 8 + h(i,39,50)}, 'stops': 2 + h(i,40,9), 'rating': CASE WHEN h(i,41,3) > 0 THEN 1 + h(i,42,4) END, 'note': (['blocked kerb','slow crossing','lid stuck'])[1 + h(i,43,3)]})
   ELSE to_json({'weather': (['clear','clear','cloudy','rain'])[1 + h(i,35,4)], 'temp_c': h(i,36,34) - 3, 'battery': {'start': 55 + h(i,38,46), 'end': 12 + h(i,39,40)}, 'stops': h(i,40,7), 'rating': CASE WHEN h(i,41,3) > 0 THEN 2 + h(i,42,4) END}) END
FROM b;

CREATE TABLE readings (
  reading_id INTEGER PRIMARY KEY,
  robot_id   INTEGER NOT NULL REFERENCES robots(robot_id),
  taken_at   TIMESTAMP NOT NULL,
  loc        STRUCT(lat DOUBLE, lon DOUBLE),
  motor_c    DOUBLE[],
  levels     MAP(VARCHAR, DOUBLE),
  fault_codes VARCHAR[]
);
COMMENT ON TABLE readings IS 'health report that each robot sends now and then';
COMMENT ON COLUMN readings.motor_c IS 'temperature of each wheel motor, degrees Celsius, front left first';
COMMENT ON COLUMN readings.levels IS 'keys: battery (per cent), humidity (per cent inside the box), signal (dBm, missing without network)';
COMMENT ON COLUMN readings.fault_codes IS 'faults present at that moment, empty if none: E1x drive, E2x sensor, E3x lid';
INSERT INTO readings
SELECT i, rid, commissioned::TIMESTAMP + to_minutes(1500 + h(i,51,10000) * greatest(date_diff('day', commissioned, DATE '2025-06-26'), 20) * 144 // 1000),
  CASE WHEN h(i,52,13) > 0 THEN {'lat': round(50.8 + h(i,53,5400) / 1000.0, 3), 'lon': round(4.6 + h(i,54,5600) / 1000.0, 3)} END,
  list_transform(range(1, 1 + m.spec.wheels), lambda k: round(24 + h(i * 9 + k,55,420) / 10.0, 1)),
  map_from_entries(list_filter([{'k':'battery','v':(4 + h(i,56,97))::DOUBLE},{'k':'humidity','v':(28 + h(i,57,60))::DOUBLE},{'k':'signal','v':CASE WHEN h(i,58,7) > 0 THEN (-52 - h(i,59,60))::DOUBLE END}], lambda e: e.v IS NOT NULL)),
  CASE h(i,60,12) WHEN 0 THEN ['E11'] WHEN 1 THEN ['E21','E31'] WHEN 2 THEN ['E31'] WHEN 3 THEN ['E12','E21','E22'] ELSE [] END
FROM (SELECT i, 1 + h(i,50,60) AS rid FROM generate_series(1, 620) g(i)) x JOIN robots ON robot_id = rid JOIN models m USING (model_code);

CREATE TABLE repairs (
  repair_id  INTEGER PRIMARY KEY,
  robot_id   INTEGER NOT NULL REFERENCES robots(robot_id),
  opened_on  DATE NOT NULL,
  finished_on DATE,
  technician VARCHAR,
  warranty   BOOLEAN NOT NULL,
  parts      STRUCT(part VARCHAR, qty INTEGER, unit_cost DOUBLE)[],
  labour_min INTEGER
);
COMMENT ON COLUMN repairs.parts IS 'empty if nothing was replaced; unit_cost in euros';
INSERT INTO repairs
SELECT i, rid, commissioned + 10 + h(i,71,greatest(date_diff('day', commissioned, DATE '2025-06-10'), 5)), CASE WHEN h(i,72,8) > 0 THEN commissioned + 10 + h(i,71,greatest(date_diff('day', commissioned, DATE '2025-06-10'), 5)) + h(i,73,15) END,
  CASE WHEN h(i,74,10) = 0 THEN NULL ELSE (['Femke Bos','Jonas Ritter','Signe Holm','Arno Claes','Lea Brandt'])[1 + h(i,75,5)] END, h(i,76,3) = 0,
  list_transform(range(0, h(i,77,4)), lambda k: {'part': (['wheel motor','lidar unit','battery pack','lid hinge','camera','bumper'])[1 + h(i * 5 + k,78,6)], 'qty': 1 + h(i * 5 + k,79,2), 'unit_cost': ([84.0,610.0,395.0,18.5,129.0,42.0])[1 + h(i * 5 + k,78,6)]}),
  CASE WHEN h(i,80,9) > 0 THEN 15 + 5 * h(i,81,50) END
FROM (SELECT i, 1 + h(i,70,58) AS rid FROM generate_series(1, 190) g(i)) x JOIN robots ON robot_id = rid
WHERE commissioned < DATE '2025-05-20';
