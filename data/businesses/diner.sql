CREATE TEMP MACRO u(i, salt) AS (hash(i, salt) % 100000) / 100000.0;

CREATE TABLE restaurants (
  restaurant_id INTEGER PRIMARY KEY,
  restaurant_name VARCHAR NOT NULL,
  city VARCHAR NOT NULL,
  cuisine VARCHAR NOT NULL,
  opened_on DATE NOT NULL,
  closed_on DATE,
  monthly_rent DECIMAL(8,2),
  hygiene_rating INTEGER
);
COMMENT ON COLUMN restaurants.closed_on IS 'Last day of business; NULL: still trading';
COMMENT ON COLUMN restaurants.monthly_rent IS 'GBP; NULL: we own the building';
COMMENT ON COLUMN restaurants.hygiene_rating IS 'Council rating, 0 (worst) to 5 (best); NULL: not inspected yet';

CREATE TABLE dining_tables (
  table_id INTEGER PRIMARY KEY,
  restaurant_id INTEGER NOT NULL REFERENCES restaurants(restaurant_id),
  table_number INTEGER NOT NULL,
  area VARCHAR NOT NULL,
  seats INTEGER NOT NULL,
  step_free BOOLEAN NOT NULL
);
COMMENT ON COLUMN dining_tables.step_free IS 'Reachable by wheelchair';

CREATE TABLE staff (
  staff_id INTEGER PRIMARY KEY,
  full_name VARCHAR NOT NULL,
  job_title VARCHAR NOT NULL,
  restaurant_id INTEGER REFERENCES restaurants(restaurant_id),
  manager_id INTEGER REFERENCES staff(staff_id),
  hired_on DATE NOT NULL,
  left_on DATE,
  hourly_wage DECIMAL(5,2)
);
COMMENT ON COLUMN staff.restaurant_id IS 'NULL: head office';
COMMENT ON COLUMN staff.left_on IS 'NULL: still employed';
COMMENT ON COLUMN staff.hourly_wage IS 'GBP per hour; NULL: salaried';

CREATE TABLE suppliers (
  supplier_id INTEGER PRIMARY KEY,
  supplier_name VARCHAR NOT NULL,
  city VARCHAR NOT NULL,
  goods VARCHAR NOT NULL,
  contract_start DATE NOT NULL,
  payment_days INTEGER NOT NULL,
  organic BOOLEAN NOT NULL,
  audit_score INTEGER
);
COMMENT ON COLUMN suppliers.payment_days IS 'Days we have to pay an invoice';
COMMENT ON COLUMN suppliers.audit_score IS '0 to 100; NULL: never audited';

CREATE TABLE dishes (
  dish_id INTEGER PRIMARY KEY,
  dish_name VARCHAR NOT NULL,
  course VARCHAR NOT NULL,
  cuisine VARCHAR,
  menu_price DECIMAL(6,2) NOT NULL,
  food_cost DECIMAL(6,2) NOT NULL,
  vegetarian BOOLEAN NOT NULL,
  supplier_id INTEGER REFERENCES suppliers(supplier_id),
  added_on DATE NOT NULL,
  dropped_on DATE
);
COMMENT ON TABLE dishes IS 'Food and drinks on our menus';
COMMENT ON COLUMN dishes.cuisine IS 'Served by the restaurants of this cuisine; NULL: on every menu';
COMMENT ON COLUMN dishes.food_cost IS 'Ingredients of one portion, GBP. Margin: menu_price - food_cost';
COMMENT ON COLUMN dishes.supplier_id IS 'Who delivers the main ingredient; NULL: bought on the open market';
COMMENT ON COLUMN dishes.dropped_on IS 'Day it left the menu; NULL: still on it';

CREATE TABLE reservations (
  reservation_id INTEGER PRIMARY KEY,
  table_id INTEGER NOT NULL REFERENCES dining_tables(table_id),
  guest_name VARCHAR NOT NULL,
  booked_on DATE NOT NULL,
  reserved_for TIMESTAMP NOT NULL,
  party_size INTEGER NOT NULL,
  channel VARCHAR NOT NULL,
  status VARCHAR NOT NULL,
  occasion VARCHAR,
  deposit DECIMAL(6,2)
);
COMMENT ON COLUMN reservations.guest_name IS 'Identifies the guest: no two share a name';
COMMENT ON COLUMN reservations.reserved_for IS 'When the table is wanted; a reservation counts on this day. Lead time: days from booked_on to it';
COMMENT ON COLUMN reservations.deposit IS 'GBP; NULL: none was asked for';

CREATE TABLE bills (
  bill_id INTEGER PRIMARY KEY,
  table_id INTEGER NOT NULL REFERENCES dining_tables(table_id),
  reservation_id INTEGER UNIQUE REFERENCES reservations(reservation_id),
  waiter_id INTEGER REFERENCES staff(staff_id),
  opened_at TIMESTAMP NOT NULL,
  closed_at TIMESTAMP NOT NULL,
  covers INTEGER NOT NULL,
  payment_method VARCHAR NOT NULL,
  tip DECIMAL(6,2)
);
COMMENT ON COLUMN bills.reservation_id IS 'NULL: walk-in';
COMMENT ON COLUMN bills.waiter_id IS 'NULL: guests ordered by QR code';
COMMENT ON COLUMN bills.covers IS 'Number of guests served';
COMMENT ON COLUMN bills.tip IS 'GBP; NULL: no tip left';

CREATE TABLE bill_items (
  bill_item_id INTEGER PRIMARY KEY,
  bill_id INTEGER NOT NULL REFERENCES bills(bill_id),
  dish_id INTEGER NOT NULL REFERENCES dishes(dish_id),
  quantity INTEGER NOT NULL,
  unit_price DECIMAL(6,2) NOT NULL
);
COMMENT ON TABLE bill_items IS 'Sales: quantity * unit_price, on the day the bill was opened';
COMMENT ON COLUMN bill_items.unit_price IS 'GBP charged; 0: on the house';

CREATE TABLE deliveries (
  delivery_id INTEGER PRIMARY KEY,
  supplier_id INTEGER NOT NULL REFERENCES suppliers(supplier_id),
  restaurant_id INTEGER NOT NULL REFERENCES restaurants(restaurant_id),
  ordered_on DATE NOT NULL,
  due_on DATE NOT NULL,
  delivered_on DATE,
  amount DECIMAL(8,2) NOT NULL,
  complaint VARCHAR
);
COMMENT ON COLUMN deliveries.delivered_on IS 'NULL: not here yet. Late: after due_on';
COMMENT ON COLUMN deliveries.amount IS 'GBP; purchases count on the day of the order';
COMMENT ON COLUMN deliveries.complaint IS 'What was wrong; NULL: nothing';

INSERT INTO restaurants VALUES
(1,'The Copper Pan','Leeds','British','2022-01-03',NULL,6850,5),
(2,'Olive & Ash','Leeds','Mediterranean','2022-01-10',NULL,5400,4),
(3,'Noor Kitchen','Bradford','Indian','2022-02-14',NULL,3150,3),
(4,'Casa Lupo','Manchester','Italian','2022-01-05',NULL,9200,5),
(5,'Bao Yard','Manchester','Chinese','2022-03-21',NULL,7750,4),
(6,'The Salt Cellar','Whitby','Seafood','2022-05-02',NULL,NULL,5),
(7,'Grove Street Grill','Sheffield','Steakhouse','2022-01-17',NULL,5950,3),
(8,'Petit Nord','York','French','2022-04-04',NULL,7100,5),
(9,'Cantina Verde','York','Mexican','2022-06-13',NULL,4300,4),
(10,'Tiller & Tide','Liverpool','Seafood','2022-09-05',NULL,8050,4),
(11,'Pasta Mia','Liverpool','Italian','2022-02-07','2024-03-31',4975,2),
(12,'Saffron Lane','Manchester','Indian','2023-02-06',NULL,6300,5),
(13,'The Old Foundry','Sheffield','British','2023-05-15',NULL,NULL,4),
(14,'Umi House','Leeds','Japanese','2023-10-02',NULL,5200,5),
(15,'Brick Lane Burgers','Newcastle','American','2022-03-07','2023-08-20',3900,1),
(16,'Harbour Lights','Whitby','Seafood','2024-11-25',NULL,4650,NULL);

INSERT INTO dining_tables
WITH sizes AS (SELECT unnest(range(1, 17)) AS r, unnest([14,11,9,16,12,8,13,7,6,15,10,9,11,5,7,6]) AS n)
SELECT row_number() OVER (ORDER BY r, k), r, k,
  CASE WHEN k = n AND r % 3 = 1 THEN 'Private Room' WHEN u(r * 100 + k, 'ar') < 0.22 AND r NOT IN (3, 7, 15) THEN 'Terrace' WHEN u(r * 100 + k, 'ar') > 0.86 THEN 'Bar' ELSE 'Main Room' END AS area,
  CASE area WHEN 'Private Room' THEN 10 + r % 5 WHEN 'Bar' THEN 2 ELSE [2,2,4,4,4,6,8][1 + CAST(floor(7 * u(r * 100 + k, 'se')) AS INTEGER)] END,
  area <> 'Bar' AND u(r * 100 + k, 'sf') < 0.55
FROM sizes, range(1, 17) t(k) WHERE k <= n ORDER BY r, k;

CREATE TEMP TABLE crew AS
WITH jobs AS (
  SELECT restaurant_id AS r, j, opened_on, closed_on, 10 * restaurant_id + j AS sid,
    CASE WHEN j = 0 THEN 'Restaurant Manager' WHEN j = 1 THEN 'Head Chef' WHEN j <= 5 THEN 'Waiter' WHEN j <= 7 THEN 'Cook' WHEN j = 8 THEN 'Kitchen Porter' ELSE 'Bartender' END AS job
  FROM restaurants, range(0, 10) x(j)
  WHERE (restaurant_id < 16 OR j <= 1) AND NOT (j IN (5, 7, 8, 9) AND u(restaurant_id * 10 + j, 'has') < 0.38)),
dated AS (
  SELECT *, CASE WHEN j <= 3 THEN greatest(opened_on - 20 + CAST(floor(15 * u(sid, 'h')) AS INTEGER), DATE '2022-01-01' + CAST(floor(3 * u(sid, 'h')) AS INTEGER)) ELSE least(opened_on + CAST(floor(760 * power(u(sid, 'h'), 1.6)) AS INTEGER), coalesce(closed_on - 120, DATE '2024-10-15')) END AS hired
  FROM jobs)
SELECT sid AS staff_id,
  ['Aisha','Ben','Chloe','Dev','Ewa','Fergus','Grace','Harvey','Imogen','Jack','Katya','Liam','Mina','Nathan','Olga','Priya','Quentin','Rosa','Sam','Tilly','Umar','Violet','Wes','Xenia','Yusuf','Zara','Callum','Dina','Elliot','Freya','George','Hana','Isaac','Jade','Kofi','Leila','Mateusz','Nell','Owen','Poppy'][1 + (sid * 7) % 40] || ' ' ||
  ['Abbott','Barlow','Chowdhury','Dawson','Eastwood','Farrell','Gill','Hartley','Iqbal','Jessop','Kowalski','Lister','Mahmood','Naylor','Oldroyd','Patel','Quarmby','Ramsden','Sykes','Thackray','Unwin','Varley','Whitaker','Yates','Ackroyd','Boothroyd','Clegg','Dyson','Ellis','Firth','Greenwood','Holroyd','Ingham','Jagger','Kaye','Lockwood','Moorhouse','Nowak','Ogden','Pickles','Rhodes','Singh','Tempest'][1 + (sid * 11) % 43],
  job, r,
  CASE WHEN j = 0 THEN CASE WHEN r IN (1,2,3,7,13,14) THEN 2 WHEN r IN (4,5,10,11,12) THEN 3 ELSE 4 END WHEN j IN (6, 7, 8) THEN 10 * r + 1 ELSE 10 * r END AS manager_id,
  hired,
  CASE WHEN closed_on IS NOT NULL THEN closed_on WHEN j > 0 AND r < 16 AND u(sid, 'lv') < 0.24 THEN least(hired + 150 + CAST(floor(800 * u(sid, 'lf')) AS INTEGER), DATE '2024-12-20' - CAST(floor(60 * u(sid, 'lg')) AS INTEGER)) END,
  round(CASE job WHEN 'Restaurant Manager' THEN 19.5 WHEN 'Head Chef' THEN 19 WHEN 'Waiter' THEN 11.4 WHEN 'Cook' THEN 13.2 WHEN 'Kitchen Porter' THEN 11.1 ELSE 12.3 END * (1 + 0.28 * u(sid, 'w')), 2)
FROM dated
UNION ALL SELECT * FROM (VALUES
(1,'Helena Marsh','Managing Director',NULL,NULL,DATE '2022-01-01',NULL,NULL),
(2,'Graham Tordoff','Area Manager',NULL,1,DATE '2022-01-01',NULL,NULL),
(3,'Sunita Rao','Area Manager',NULL,1,DATE '2022-01-04',NULL,NULL),
(4,'Lewis Fenton','Area Manager',NULL,1,DATE '2022-03-01',NULL,NULL),
(5,'Bridget Molloy','Head of Purchasing',NULL,1,DATE '2022-02-14',NULL,NULL),
(6,'Anton Weisz','Buyer',NULL,5,DATE '2023-01-09',DATE '2024-06-28',17.80),
(7,'Carys Pugh','Buyer',NULL,5,DATE '2023-09-18',NULL,16.95),
(8,'Joel Adeyemi','Area Manager',NULL,1,DATE '2024-10-07',NULL,NULL)) v
ORDER BY 1;

INSERT INTO staff SELECT * FROM crew WHERE staff_id = 1 ORDER BY 1;
INSERT INTO staff SELECT * FROM crew WHERE manager_id = 1 ORDER BY 1;
INSERT INTO staff SELECT * FROM crew WHERE manager_id BETWEEN 2 AND 5 ORDER BY 1;
INSERT INTO staff SELECT * FROM crew WHERE staff_id > 9 AND staff_id % 10 = 1 ORDER BY 1;
INSERT INTO staff SELECT * FROM crew WHERE staff_id NOT IN (SELECT staff_id FROM staff) ORDER BY 1;
DROP TABLE crew;

INSERT INTO suppliers VALUES
(1,'Dales Meat Company','Skipton','Meat','2022-01-03',30,false,88),
(2,'Whitby Fish Landing','Whitby','Fish','2022-01-20',14,false,93),
(3,'Green Barrow Growers','York','Vegetables','2022-01-03',21,true,81),
(4,'Molino Bianco Imports','Manchester','Dry Goods','2022-01-10',30,false,74),
(5,'Pennine Dairy','Huddersfield','Dairy','2022-01-03',14,true,90),
(6,'Kalyan Spice House','Bradford','Spices','2022-02-01',45,false,67),
(7,'Northgate Cellars','Leeds','Drinks','2022-01-03',30,false,79),
(8,'Millstone Bakery','Leeds','Bakery','2022-02-10',7,true,85),
(9,'Orient Pantry','Manchester','Dry Goods','2022-03-01',30,false,58),
(10,'Solway Shellfish','Carlisle','Fish','2022-06-15',14,false,71),
(11,'Holme Valley Poultry','Holmfirth','Meat','2022-04-01',21,true,83),
(12,'Casa Agave','London','Drinks','2022-06-01',30,false,NULL),
(13,'Bright Leaf Herbs','Selby','Vegetables','2023-03-15',14,true,NULL),
(14,'Roastery Nine','Sheffield','Drinks','2023-01-16',30,true,95),
(15,'Tokyo Deli Supply','London','Fish','2023-09-11',21,false,76),
(16,'Fell & Fold Eggs','Kendal','Dairy','2024-10-01',14,true,NULL),
(17,'Crown Linen Services','Leeds','Linen','2022-01-03',30,false,62);

INSERT INTO dishes VALUES
(1,'House Bread and Butter','Starter',NULL,4.50,0.95,true,8,'2022-01-03',NULL),
(2,'Soup of the Day','Starter',NULL,6.25,1.40,true,3,'2022-01-03',NULL),
(3,'Triple Cooked Chips','Side',NULL,4.75,0.80,true,3,'2022-01-03',NULL),
(4,'Garden Salad','Side',NULL,5.25,1.30,true,3,'2022-01-03',NULL),
(5,'Sticky Toffee Pudding','Dessert',NULL,7.50,1.65,true,5,'2022-01-03',NULL),
(6,'Cheese Board','Dessert',NULL,10.95,4.20,true,5,'2022-01-03',NULL),
(7,'Lemon Sorbet','Dessert',NULL,5.50,0.85,true,NULL,'2022-01-03','2023-09-30'),
(8,'House Red','Drink',NULL,6.80,1.75,true,7,'2022-01-03',NULL),
(9,'House White','Drink',NULL,6.60,1.70,true,7,'2022-01-03',NULL),
(10,'Pale Ale','Drink',NULL,5.40,1.60,true,7,'2022-01-03',NULL),
(11,'Sparkling Water','Drink',NULL,3.20,0.45,true,7,'2022-01-03',NULL),
(12,'Flat White','Drink',NULL,3.60,0.55,true,14,'2023-01-20',NULL),
(13,'Elderflower Cordial','Drink',NULL,3.90,0.50,true,NULL,'2022-05-01',NULL),
(14,'Negroni','Drink',NULL,9.80,2.35,true,7,'2022-09-01',NULL),
(15,'Beef and Ale Pie','Main','British',15.95,4.90,false,1,'2022-01-03',NULL),
(16,'Roast Chicken','Main','British',16.50,5.10,false,11,'2022-04-04',NULL),
(17,'Mushroom Wellington','Main','British',14.75,3.60,true,3,'2022-01-03',NULL),
(18,'Potted Shrimp','Starter','British',8.90,3.40,false,10,'2022-06-20','2024-02-29'),
(19,'Lamb Shank','Main','British',19.50,7.25,false,1,'2022-09-12',NULL),
(20,'Halloumi Skewers','Starter','Mediterranean',7.80,2.10,true,5,'2022-01-10',NULL),
(21,'Lamb Kofta','Main','Mediterranean',15.40,4.70,false,1,'2022-01-10',NULL),
(22,'Sea Bass with Fennel','Main','Mediterranean',18.95,7.10,false,2,'2022-01-10',NULL),
(23,'Stuffed Aubergine','Main','Mediterranean',13.20,2.95,true,3,'2022-01-10','2023-12-31'),
(24,'Baklava','Dessert','Mediterranean',6.40,1.35,true,NULL,'2022-03-01',NULL),
(25,'Onion Bhaji','Starter','Indian',5.60,0.90,true,6,'2022-02-14',NULL),
(26,'Lamb Rogan Josh','Main','Indian',13.95,4.15,false,1,'2022-02-14',NULL),
(27,'Butter Chicken','Main','Indian',12.95,3.55,false,11,'2022-04-01',NULL),
(28,'Chana Masala','Main','Indian',10.50,1.85,true,6,'2022-02-14',NULL),
(29,'Garlic Naan','Side','Indian',3.70,0.60,true,NULL,'2022-02-14',NULL),
(30,'Mango Lassi','Drink','Indian',4.20,1.10,true,5,'2022-02-14',NULL),
(31,'Burrata','Starter','Italian',9.60,3.70,true,5,'2022-01-03',NULL),
(32,'Tagliatelle al Ragu','Main','Italian',14.60,3.90,false,4,'2022-01-03',NULL),
(33,'Margherita','Main','Italian',11.20,2.25,true,4,'2022-01-03',NULL),
(34,'Veal Milanese','Main','Italian',21.50,8.60,false,1,'2022-01-03','2024-06-30'),
(35,'Tiramisu','Dessert','Italian',7.20,1.90,true,5,'2022-01-03',NULL),
(36,'Bellini','Drink','Italian',8.70,2.60,true,NULL,'2022-05-16',NULL),
(37,'Pork Bao','Starter','Chinese',7.40,1.95,false,9,'2022-03-21',NULL),
(38,'Crispy Duck','Main','Chinese',18.20,6.40,false,11,'2022-04-18',NULL),
(39,'Mapo Tofu','Main','Chinese',12.40,2.40,true,9,'2022-03-21',NULL),
(40,'Egg Fried Rice','Side','Chinese',4.10,0.70,true,9,'2022-03-21',NULL),
(41,'Oysters','Starter','Seafood',16.80,7.90,false,10,'2022-06-20',NULL),
(42,'Fish and Chips','Main','Seafood',15.20,4.80,false,2,'2022-05-02',NULL),
(43,'Lobster Linguine','Main','Seafood',27.50,12.40,false,10,'2022-06-20',NULL),
(44,'Crab Sandwich','Main','Seafood',12.60,4.35,false,2,'2022-05-02',NULL),
(45,'Ribeye Steak','Main','Steakhouse',28.90,11.80,false,1,'2022-01-17',NULL),
(46,'Flat Iron Steak','Main','Steakhouse',19.80,7.20,false,1,'2022-01-17',NULL),
(47,'Peppercorn Sauce','Side','Steakhouse',2.90,0.55,true,NULL,'2022-01-17',NULL),
(48,'Onion Rings','Side','Steakhouse',4.60,0.75,true,3,'2022-01-17',NULL),
(49,'Onion Soup','Starter','French',8.20,1.85,true,NULL,'2022-04-04',NULL),
(50,'Coq au Vin','Main','French',18.40,5.60,false,11,'2022-04-04',NULL),
(51,'Moules Frites','Main','French',17.60,5.90,false,10,'2022-07-01',NULL),
(52,'Creme Brulee','Dessert','French',7.90,1.55,true,16,'2022-04-04',NULL),
(53,'Guacamole and Chips','Starter','Mexican',7.60,2.15,true,3,'2022-06-13',NULL),
(54,'Carnitas Tacos','Main','Mexican',12.80,3.30,false,1,'2022-06-13',NULL),
(55,'Bean Burrito','Main','Mexican',11.40,2.20,true,NULL,'2022-06-13',NULL),
(56,'Margarita','Drink','Mexican',9.40,2.70,true,12,'2022-06-13',NULL),
(57,'Sashimi Plate','Starter','Japanese',14.90,6.60,false,15,'2023-10-02',NULL),
(58,'Chicken Katsu','Main','Japanese',14.30,3.95,false,11,'2023-10-02',NULL),
(59,'Vegetable Ramen','Main','Japanese',13.10,2.80,true,9,'2023-10-02',NULL),
(60,'Cheeseburger','Main','American',12.20,3.85,false,1,'2022-03-07',NULL),
(61,'Buffalo Wings','Starter','American',8.10,2.45,false,11,'2022-04-01',NULL),
(62,'Milkshake','Drink','American',5.70,1.45,true,5,'2022-03-07',NULL),
(63,'Christmas Pudding','Dessert',NULL,6.95,1.80,true,8,'2024-12-01',NULL),
(64,'Venison Burger','Main','British',17.25,6.15,false,NULL,'2024-12-16',NULL);

INSERT INTO reservations
WITH weights AS (SELECT unnest(range(1, 16)) AS r, unnest([13,8,6,15,9,7,10,5,4,11,6,5,4,3,4]) AS w),
spread AS (SELECT r, unnest(range(0, w)) AS x FROM weights),
houses AS (SELECT list(r ORDER BY r, x) AS hs FROM spread),
raw AS (SELECT i, hs[1 + CAST(floor(len(hs) * u(i, 'ho')) AS INTEGER)] AS r, u(i, 'dd') AS dd FROM houses, range(1, 1101) t(i)),
dated AS (SELECT i, r, opened_on + CAST(floor((coalesce(closed_on, DATE '2024-12-30') - opened_on) * power(dd, 0.82)) AS INTEGER) AS d FROM raw JOIN restaurants ON restaurant_id = r),
tabled AS (SELECT i, r, d, list(table_id ORDER BY table_id) AS ts, list(seats ORDER BY table_id) AS ss FROM dated JOIN dining_tables ON restaurant_id = r GROUP BY ALL),
picked AS (SELECT i, r, d, 1 + CAST(floor(len(ts) * power(u(i, 'tb'), 1.25)) AS INTEGER) AS k, ts[k] AS t, ss[k] AS seats, CAST(floor(260 * power(u(i, 'gu'), 1.9)) AS INTEGER) AS g FROM tabled)
SELECT row_number() OVER (ORDER BY d, i), t,
  ['Adam','Beatrice','Colin','Daphne','Edward','Fiona','Gareth','Hilary','Ivor','Joanna','Keith','Lorna','Martin','Nadia','Oliver','Pauline','Ravi','Sheila','Trevor','Ursula','Vikram','Wendy','Zoe'][1 + (g * 5) % 23] || ' ' ||
  ['Armitage','Bennett','Carver','Drake','Elmhirst','Foster','Garside','Hirst','Illingworth','Jowett','Khan','Lumb','Mellor','Nicholls','Osborne','Priestley','Rowntree','Shaw','Tordoff','Wadsworth','Ali','Brook','Crowther','Denby','Earnshaw','Fawcett','Gledhill','Hoyle','Kitson'][1 + (g * 3) % 29],
  greatest(d - CAST(floor(38 * power(u(i, 'ld'), 2.2)) AS INTEGER), DATE '2022-01-01'),
  d + to_minutes(CAST(CASE WHEN u(i, 'lu') < 0.28 THEN 720 + 15 * floor(7 * u(i, 'tm')) ELSE 1050 + 15 * floor(14 * u(i, 'tm')) END AS INTEGER)),
  greatest(1, CAST(round(seats * (0.5 + 0.5 * u(i, 'ps'))) AS INTEGER)),
  CASE WHEN u(i, 'ch') < 0.41 THEN 'Website' WHEN u(i, 'ch') < 0.68 THEN 'Phone' WHEN u(i, 'ch') < 0.88 THEN 'App' ELSE 'Partner Site' END,
  CASE WHEN u(i, 'st') < 0.065 + 0.05 * (u(i, 'ch') > 0.88)::INT THEN 'No-Show' WHEN u(i, 'st') < 0.21 THEN 'Cancelled' ELSE 'Seated' END,
  CASE WHEN u(i, 'oc') < 0.11 THEN 'Birthday' WHEN u(i, 'oc') < 0.18 THEN 'Business' WHEN u(i, 'oc') < 0.23 THEN 'Anniversary' WHEN u(i, 'oc') < 0.245 THEN 'Engagement' END,
  CASE WHEN seats >= 6 AND u(i, 'de') < 0.6 THEN 10 * seats WHEN u(i, 'de') < 0.07 THEN 20 END
FROM picked ORDER BY 1;

INSERT INTO bills
WITH seated AS (SELECT reservation_id AS rid, table_id AS t, reserved_for - to_minutes(CAST(floor(25 * u(reservation_id, 'la')) - 12 AS INTEGER)) AS o, party_size AS p FROM reservations WHERE status = 'Seated'),
weights AS (SELECT table_id AS t, restaurant_id AS r, unnest(range(0, 1 + (table_id * 7) % 4)) AS x FROM dining_tables WHERE restaurant_id < 16),
pool AS (SELECT list(t ORDER BY t, x) AS ts FROM weights),
walk AS (SELECT NULL AS rid, ts[1 + CAST(floor(len(ts) * u(i, 'wt')) AS INTEGER)] AS t, i FROM pool, range(1, 231) z(i)),
walked AS (SELECT rid, t, opened_on + CAST(floor((coalesce(closed_on, DATE '2024-12-30') - opened_on) * u(i, 'wd')) AS INTEGER) + to_minutes(CAST(705 + floor(560 * u(i, 'wm')) AS INTEGER)) AS o, CAST(greatest(1, round(seats * (0.4 + 0.6 * u(i, 'wp')))) AS INTEGER) AS p FROM walk JOIN dining_tables ON table_id = t JOIN restaurants USING (restaurant_id)),
allb AS (SELECT row_number() OVER (ORDER BY o, t) AS b, * FROM (SELECT * FROM seated UNION ALL SELECT * FROM walked)),
able AS (SELECT b, staff_id FROM allb JOIN dining_tables ON table_id = t JOIN staff s USING (restaurant_id) WHERE job_title = 'Waiter' AND hired_on <= CAST(o AS DATE) AND coalesce(left_on, DATE '2025-01-01') >= CAST(o AS DATE)
  QUALIFY row_number() OVER (PARTITION BY b ORDER BY u(b * 1000 + staff_id, 'wa') * (1 + staff_id % 4), staff_id) = 1)
SELECT b, t, rid, CASE WHEN u(b, 'qr') > 0.09 THEN staff_id END, o, o + to_minutes(CAST(38 + 14 * ln(p + 1) + 70 * u(b, 'du') AS INTEGER)), p,
  CASE WHEN u(b, 'pm') < 0.58 THEN 'Card' WHEN u(b, 'pm') < 0.79 THEN 'Mobile' WHEN u(b, 'pm') < 0.94 THEN 'Cash' ELSE 'Gift Card' END,
  CASE WHEN u(b, 'tp') < 0.66 THEN round(p * (1 + 4.5 * power(u(b, 'ta'), 1.5)), CASE WHEN u(b, 'tr') < 0.4 THEN 0 ELSE 2 END) END
FROM allb LEFT JOIN able USING (b) ORDER BY b;

INSERT INTO bill_items
WITH menu AS (
  SELECT bill_id AS b, dish_id, menu_price, course, covers, u(bill_id * 100 + dish_id, 'pk') * CASE WHEN d.cuisine IS NULL THEN 1.75 ELSE 1 END * CASE course WHEN 'Main' THEN 0.55 WHEN 'Drink' THEN 0.85 ELSE 1.1 END * (0.75 + 0.5 * u(dish_id, 'pop')) AS score
  FROM bills JOIN dining_tables USING (table_id) JOIN restaurants r USING (restaurant_id) JOIN dishes d ON (d.cuisine = r.cuisine OR d.cuisine IS NULL) AND added_on <= CAST(opened_at AS DATE) AND coalesce(dropped_on, DATE '2025-01-01') >= CAST(opened_at AS DATE) AND dish_id <> 64),
top AS (SELECT *, row_number() OVER (PARTITION BY b ORDER BY score, dish_id) AS k FROM menu)
SELECT row_number() OVER (ORDER BY b, k), b, dish_id,
  greatest(1, CAST(round(covers * CASE course WHEN 'Drink' THEN 0.9 WHEN 'Main' THEN 0.6 ELSE 0.35 END * (0.6 + 0.8 * u(b * 100 + dish_id, 'q'))) AS INTEGER)),
  CASE WHEN u(b * 100 + dish_id, 'oh') < 0.03 THEN 0 ELSE round(menu_price * (0.92 + 0.08 * u(b, 'yr')), 2) END
FROM top WHERE k <= 1 + CAST(floor(4.1 * u(b, 'n')) AS INTEGER) AND k <= 4 ORDER BY b, k;

INSERT INTO deliveries
WITH pairs AS (SELECT supplier_id AS s, restaurant_id AS r, greatest(contract_start, opened_on) AS a, coalesce(closed_on, DATE '2024-12-30') AS z, u(supplier_id * 100 + restaurant_id, 'pw') AS w
  FROM suppliers, restaurants WHERE supplier_id NOT IN (16, 17) AND u(supplier_id * 100 + restaurant_id, 'px') < 0.42),
orders AS (SELECT s, r, k, s * 100000 + r * 1000 + k AS i, a + CAST(floor((z - a) * power(u(s * 100000 + r * 1000 + k, 'od'), 0.85)) AS INTEGER) AS d FROM pairs, range(1, 21) t(k) WHERE k <= 2 + 18 * power(w, 2))
SELECT row_number() OVER (ORDER BY d, i), s, r, d, d + 2 + s % 3,
  CASE WHEN d + 2 + s % 3 > DATE '2024-12-30' OR u(i, 'nd') < 0.01 AND d > DATE '2024-11-01' THEN NULL WHEN u(i, 'lt') < 0.12 + 0.02 * (s % 7) THEN d + 3 + s % 3 + CAST(floor(6 * power(u(i, 'ld'), 2)) AS INTEGER) ELSE d + 1 + s % 3 + (u(i, 'e') < 0.5)::INT END,
  round((90 + (s * 37) % 240) * (0.5 + 1.6 * power(u(i, 'am'), 1.4)) * (1 + 0.05 * (16 - r)), 2),
  CASE WHEN u(i, 'co') < 0.05 THEN 'Short' WHEN u(i, 'co') < 0.085 THEN 'Spoiled' WHEN u(i, 'co') < 0.1 THEN 'Wrong Goods' END
FROM orders ORDER BY 1;
