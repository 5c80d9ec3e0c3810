CREATE TEMP MACRO h(i, salt, n) AS (hash(i::BIGINT * 8221 + salt) % n)::INT;

CREATE TABLE towns (town_id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, region VARCHAR NOT NULL, population INTEGER);
INSERT INTO towns VALUES (1,'Edinburgh','Lothian',506000),(2,'Glasgow','Strathclyde',622000),(3,'Aberdeen','Grampian',198000),(4,'Dundee','Tayside',148000),(5,'Perth','Tayside',47000),
 (6,'Inverness','Highland',47800),(7,'Oban','Strathclyde',8100),(8,'St Andrews','Fife',18400),(9,'Kirkwall','Orkney',10000),(10,'North Berwick','Lothian',7800),(11,'Fort William','Highland',NULL);

CREATE TABLE restaurants (
  restaurant_id INTEGER PRIMARY KEY,
  name VARCHAR NOT NULL,
  cuisine VARCHAR,
  price_level INTEGER,
  founded_on DATE,
  website VARCHAR,
  guide_stars INTEGER NOT NULL
);
COMMENT ON TABLE restaurants IS 'A restaurant business; it may run several locations';
COMMENT ON COLUMN restaurants.price_level IS '1 = cheap to 4 = very expensive';
COMMENT ON COLUMN restaurants.guide_stars IS 'Stars in our guide, 0 to 3';
INSERT INTO restaurants VALUES
 (1,'The Heron','Scottish',4,'2014-05-02','www.theheron-dining.scot',2),(2,'Casa Loretta','Italian',2,'2009-11-20','www.casaloretta.co.uk',0),(3,'Saffron Lane','Indian',2,'2016-02-14','www.saffronlane.co.uk',1),
 (4,'Bothy & Barrel','Scottish',2,'2018-07-07','www.bothybarrel.scot',0),(5,'Le Petit Phare','French',4,'2012-09-01',NULL,3),(6,'Kumo','Japanese',3,'2019-03-15','www.kumo-ramen.com',1),
 (7,'The Salt Cellar','Seafood',3,'2011-06-18','www.saltcellar.scot',1),(8,'Dragon Gate','Chinese',1,'2003-01-29',NULL,0),(9,'Olive & Thyme','Mediterranean',2,'2020-10-05','www.oliveandthyme.co.uk',0),
 (10,'Harbour Lights','Seafood',2,'2017-04-21','www.harbourlights.scot',0),(11,'Taverna Nikos','Mediterranean',2,'2006-08-12',NULL,0),(12,'Chai Corner','Indian',1,'2022-05-30','www.chaicorner.com',0),
 (13,'Rowan','Scottish',4,'2021-04-09','www.rowan-perth.scot',2),(14,'La Lanterna','Italian',3,'1998-12-01','www.lalanterna.co.uk',1),(15,'Green Thistle',NULL,NULL,'2023-03-03','www.greenthistle.com',0),
 (16,'Trattoria del Porto','Italian',3,'2023-06-24',NULL,0),(17,'Fjord House','Nordic',3,'2024-02-02','www.fjordhouse.scot',1),(18,'Pepper Pot','Indian',2,'2025-05-16',NULL,0);

CREATE TABLE locations (
  location_id INTEGER PRIMARY KEY,
  restaurant_id INTEGER NOT NULL REFERENCES restaurants(restaurant_id),
  town_id INTEGER NOT NULL REFERENCES towns(town_id),
  street VARCHAR NOT NULL,
  seats INTEGER NOT NULL,
  has_terrace BOOLEAN,
  opened_on DATE NOT NULL,
  closed_on DATE
);
COMMENT ON COLUMN locations.closed_on IS 'Empty while in business';
INSERT INTO locations VALUES
 (1,1,1,'14 Shore Row',46,true,'2014-05-02',NULL),(2,2,2,'88 Byres Walk',70,false,'2009-11-20',NULL),(3,2,1,'5 Canon Close',62,true,'2015-03-10',NULL),(4,2,4,'21 Tay Street',54,false,'2022-09-01','2024-12-31'),
 (5,3,2,'130 Merchant Lane',80,false,'2016-02-14',NULL),(6,3,3,'9 Granite Place',66,NULL,'2019-11-02',NULL),(7,4,6,'2 Ness Walk',90,true,'2018-07-07',NULL),(8,4,5,'17 Tay Street',75,true,'2021-05-21',NULL),(9,4,11,'40 High Street',58,false,'2023-04-28',NULL),
 (10,5,1,'3 Lighthouse Wynd',32,false,'2012-09-01',NULL),(11,6,2,'51 Sauchie Road',38,false,'2019-03-15',NULL),(12,6,1,'77 Leith Parade',44,false,'2023-02-17',NULL),(13,7,8,'6 The Scores',48,true,'2011-06-18',NULL),(14,7,10,'12 Harbour Terrace',40,true,'2020-06-06',NULL),
 (15,8,2,'200 Great West Road',120,false,'2003-01-29',NULL),(16,8,3,'33 Union Row',96,false,'2008-10-10','2023-09-30'),(17,9,4,'8 Perth Road',60,true,'2020-10-05',NULL),(18,9,8,'40 High Street',42,NULL,'2024-03-22',NULL),(19,10,7,'1 Pier Head',64,true,'2017-04-21',NULL),
 (20,11,3,'70 Rosemount Steps',55,true,'2006-08-12',NULL),(21,12,1,'19 Meadow Gate',28,false,'2022-05-30',NULL),(22,12,2,'64 Byres Walk',34,false,'2024-01-15',NULL),(23,13,5,'Old Mill, Lade Lane',36,true,'2021-04-09',NULL),(24,14,2,'4 Royal Arcade',68,false,'1998-12-01',NULL),
 (25,15,1,'101 Canal Path',50,true,'2023-03-03',NULL),(26,16,7,'15 George Quay',52,true,'2023-06-24',NULL),(27,17,6,'29 Church Lane',40,false,'2024-02-02',NULL),(28,18,5,'60 High Street',45,NULL,'2025-05-16',NULL);

CREATE TABLE chefs (chef_id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, nationality VARCHAR, born_on DATE, mentor_id INTEGER);
COMMENT ON COLUMN chefs.mentor_id IS 'chef_id of the chef who trained this one, if known';
INSERT INTO chefs VALUES
 (1,'Isobel Drummond','British','1974-03-22',NULL),(2,'Étienne Vasseur','French','1966-10-05',NULL),(3,'Loretta Bassi','Italian','1959-07-17',NULL),(4,'Rajesh Kulkarni','Indian','1979-01-30',NULL),(5,'Fraser Munro','British','1986-12-11',1),
 (6,'Haruka Ishii','Japanese','1984-05-08',NULL),(7,'Morag Sinclair','British','1977-09-26',2),(8,'Wei Ling','Chinese','1968-02-02',NULL),(9,'Nikos Papadakis','Greek','1962-06-14',NULL),(10,'Catriona Bell','British','1990-08-19',1),
 (11,'Paolo Bassi','Italian','1988-04-03',3),(12,'Anjali Mehta','Indian','1993-11-27',4),(13,'Ruaridh Kerr','British','1992-02-16',7),(14,'Solveig Dahl','Norwegian','1987-07-01',6),(15,'Gemma Ortiz','Spanish','1985-03-12',9),
 (16,'Luca Ferri','Italian',NULL,3),(17,'Bronagh Quinn','Irish','1996-10-31',5),(18,'Tom Aldous','British','1998-01-21',2),(19,'Yuki Mori','Japanese','1995-06-06',6),(20,'Declan Shaw','Irish','1981-12-30',NULL);

CREATE TABLE chef_posts (
  restaurant_id INTEGER REFERENCES restaurants(restaurant_id),
  chef_id INTEGER REFERENCES chefs(chef_id),
  role VARCHAR NOT NULL,
  from_date DATE NOT NULL,
  to_date DATE,
  PRIMARY KEY (restaurant_id, chef_id, from_date)
);
COMMENT ON COLUMN chef_posts.role IS 'head, sous or pastry';
COMMENT ON COLUMN chef_posts.to_date IS 'Empty while the chef still works there';
INSERT INTO chef_posts VALUES
 (1,1,'head','2014-05-02',NULL),(1,5,'sous','2014-09-01','2018-06-30'),(1,10,'pastry','2017-02-01','2021-03-31'),(2,3,'head','2009-11-20','2022-12-31'),(2,11,'sous','2013-04-01','2022-12-31'),(2,11,'head','2023-01-01',NULL),(2,16,'sous','2019-05-06','2023-05-31'),
 (3,4,'head','2016-02-14',NULL),(3,12,'sous','2018-10-01','2022-05-01'),(4,5,'head','2018-07-07',NULL),(4,17,'sous','2021-01-11',NULL),(5,2,'head','2012-09-01',NULL),(5,7,'sous','2012-09-01','2016-12-31'),(5,18,'pastry','2022-08-15',NULL),
 (6,6,'head','2019-03-15',NULL),(6,14,'sous','2019-03-15','2023-12-31'),(6,19,'sous','2022-04-01',NULL),(7,7,'head','2017-02-01',NULL),(7,13,'sous','2018-03-05','2023-11-30'),(8,8,'head','2003-01-29',NULL),(9,15,'head','2020-10-05',NULL),
 (10,20,'head','2017-04-21','2023-10-31'),(10,13,'head','2023-12-01',NULL),(11,9,'head','2006-08-12',NULL),(11,15,'sous','2012-02-20','2020-09-15'),(12,12,'head','2022-05-30',NULL),(13,10,'head','2021-04-09',NULL),(13,17,'pastry','2023-03-01','2024-04-30'),
 (14,16,'head','2023-06-01',NULL),(14,3,'head','1998-12-01','2009-10-31'),(15,20,'head','2023-11-15',NULL),(17,14,'head','2024-02-02',NULL),(17,10,'pastry','2024-02-02','2024-08-31');

CREATE TABLE dishes (dish_id INTEGER PRIMARY KEY, restaurant_id INTEGER NOT NULL REFERENCES restaurants(restaurant_id), name VARCHAR NOT NULL, course VARCHAR NOT NULL, price DECIMAL(6,2), vegetarian BOOLEAN NOT NULL);
COMMENT ON COLUMN dishes.price IS 'GBP, empty = only within the tasting menu';
INSERT INTO dishes VALUES
 (1,1,'Roe deer with brambles','main',38,false),(2,1,'Smoked eel tart','starter',19.5,false),(3,1,'Heather honey parfait','dessert',NULL,false),(4,2,'Lasagne della Nonna','main',15.5,false),(5,2,'Tiramisu','dessert',7.5,true),(6,2,'Bruschetta','starter',6.9,true),
 (7,3,'Lamb rogan josh','main',16.2,false),(8,3,'Paneer tikka','starter',8.4,true),(9,3,'Mango kulfi','dessert',6,true),(10,4,'Haggis bonbons','starter',8,false),(11,4,'Beef and ale pie','main',17,false),(12,4,'Cranachan','dessert',7,true),(13,5,'Lobster bisque','starter',22,false),
 (14,5,'Turbot in champagne','main',NULL,false),(15,5,'Crêpes Suzette','dessert',16,true),(16,6,'Tonkotsu ramen','main',16.5,false),(17,6,'Miso aubergine','starter',9,true),(18,7,'Crab on toast','starter',13.5,false),(19,7,'Hake with mussels','main',26,false),
 (20,7,'Sticky toffee pudding','dessert',8.5,true),(21,8,'Crispy duck','main',14.8,false),(22,8,'Spring rolls','starter',5.2,true),(23,9,'Lamb kofta','main',16,false),(24,9,'Baked feta','starter',8.2,true),(25,10,'Fish and chips','main',15,false),(26,10,'Scallops','starter',14,false),
 (27,11,'Moussaka','main',15.9,false),(28,11,'Baklava','dessert',6.2,true),(29,12,'Masala dosa','main',10.5,true),(30,12,'Lamb samosa','starter',4.8,false),(31,13,'Barley and rowan lamb','main',36,false),(32,13,'Beetroot and crowdie','starter',17,true),(33,14,'Osso buco','main',27,false),
 (34,14,'Tiramisu','dessert',9.5,true),(35,15,'Celeriac steak','main',18,true),(36,15,'Seaweed broth','starter',7.8,true),(37,16,'Spaghetti vongole','main',19.5,false),(38,17,'Cured char','starter',14,false),(39,17,'Reindeer stew','main',28,false),(40,17,'Cloudberry cake','dessert',9,true),
 (41,1,'Pearl barley risotto','main',24,true),(42,2,'Gnocchi al pesto','main',14,true),(43,7,'Monkfish curry','main',24.5,false),(44,10,'Seafood linguine','main',17.5,false),(45,6,'Vegetable udon','main',13.8,true),(46,17,'Trout with dill potatoes','main',23,false);

CREATE TABLE guests (guest_id INTEGER PRIMARY KEY, first_name VARCHAR NOT NULL, last_name VARCHAR NOT NULL, email VARCHAR, town_id INTEGER REFERENCES towns(town_id), birth_date DATE, signed_up_on DATE NOT NULL);
COMMENT ON COLUMN guests.town_id IS 'Home town; empty for visitors from elsewhere';
INSERT INTO guests
SELECT i, ['Alison','Bruce','Carol','Douglas','Eilidh','Finlay','Grace','Hamish','Iona','Jamie','Kirsty','Lewis','Mhairi','Neil','Orla','Peter','Rhona','Stuart'][1 + h(i, 1, 18)],
  ['Abernethy','Baird','Campbell','Dunbar','Elliot','Fyfe','Grant','Heriot','Innes','Kerr','Lockhart','MacLeod','Nairn','Ogilvie','Paterson','Rankin','Stewart','Urquhart','Wallace'][1 + (i * 7) % 19],
  CASE WHEN h(i, 3, 12) > 0 THEN ['guest','table','hello','foodie','dinner'][1 + h(i, 4, 5)] || i || ['@gmail.com','@outlook.com','@gmail.com','@Gmail.com','@btmail.co.uk','@caledonia.ac.uk'][1 + h(i, 5, 6)] END,
  CASE WHEN h(i, 6, 9) > 0 THEN [1,1,1,2,2,2,3,4,5,6,8,10,7][1 + h(i, 7, 13)] END, CASE WHEN h(i, 8, 8) > 0 THEN DATE '1946-02-01' + h(i, 9, 21900) END, DATE '2022-06-01' + (i * 13)::INT + h(i, 10, 60)
FROM generate_series(1, 80) g(i);

CREATE TABLE reservations (
  reservation_id INTEGER PRIMARY KEY,
  location_id INTEGER NOT NULL REFERENCES locations(location_id),
  guest_id INTEGER NOT NULL REFERENCES guests(guest_id),
  booked_at TIMESTAMP NOT NULL,
  dining_at TIMESTAMP NOT NULL,
  party_size INTEGER NOT NULL,
  channel VARCHAR NOT NULL,
  status VARCHAR NOT NULL,
  bill DECIMAL(8,2)
);
COMMENT ON COLUMN reservations.status IS 'honoured, no-show, cancelled or upcoming';
COMMENT ON COLUMN reservations.bill IS 'GBP for the whole party, honoured reservations only; sometimes not passed on to us';
INSERT INTO reservations
WITH c AS (
  SELECT i, 1 + CASE WHEN h(i, 11, 5) = 0 THEN [1,4,6,14,12][1 + h(i, 12, 5)] ELSE h(i, 13, 27) END AS loc, 1 + CASE WHEN h(i, 14, 4) = 0 THEN h(i, 15, 9) ELSE h(i, 15, 76) END AS gst,
    DATE '2023-01-06' + (i * 910 // 1900)::INT AS d, h(i, 16, 9) AS slot, h(i, 17, 100) AS st, 1 + h(i, 18, 6) + CASE WHEN h(i, 18, 6) = 0 THEN 1 ELSE 0 END AS party
  FROM generate_series(1, 1900) g(i)
), ok AS (
  SELECT c.*, price_level FROM c JOIN locations l ON location_id = loc JOIN restaurants USING (restaurant_id) JOIN guests ON guest_id = gst
  WHERE d >= l.opened_on AND (l.closed_on IS NULL OR d <= l.closed_on) AND signed_up_on < d - 45 AND (isodow(d) > 3 OR h(i, 19, 5) < 2)
)
SELECT row_number() OVER (ORDER BY d, i), loc, gst, d - h(i, 20, 30) - 1 + to_minutes(480 + h(i, 21, 800)), d + to_minutes(CASE WHEN slot < 2 THEN 720 + 30 * h(i, 22, 4) ELSE 1050 + 15 * h(i, 23, 15) END), party,
  ['website','phone','app','website','partner site'][1 + h(i, 24, 5)],
  CASE WHEN d > DATE '2025-06-30' THEN 'upcoming' WHEN st < 8 THEN 'no-show' WHEN st < 20 THEN 'cancelled' ELSE 'honoured' END,
  CASE WHEN st >= 20 AND d <= DATE '2025-06-30' AND h(i, 25, 15) > 0 THEN round(party * (9 + 16 * coalesce(price_level, 2) + h(i, 26, 2200) / 100.0), 2) END
FROM ok;

CREATE TABLE reviews (
  review_id INTEGER PRIMARY KEY,
  reservation_id INTEGER NOT NULL REFERENCES reservations(reservation_id),
  posted_on DATE NOT NULL,
  food INTEGER NOT NULL,
  service INTEGER NOT NULL,
  ambience INTEGER,
  comment VARCHAR
);
COMMENT ON TABLE reviews IS 'Marks from 1 (poor) to 10 (superb), given after an honoured reservation';
INSERT INTO reviews
SELECT row_number() OVER (ORDER BY dining_at, reservation_id), reservation_id, dining_at::DATE + 1 + h(reservation_id, 30, 12),
  greatest(1, 10 - h(reservation_id, 31, 4) - h(location_id, 32, 4)), greatest(1, 10 - h(reservation_id, 33, 5) - h(location_id, 34, 3)), CASE WHEN h(reservation_id, 35, 6) > 0 THEN 10 - h(reservation_id, 36, 6) END,
  CASE WHEN h(reservation_id, 37, 3) > 0 THEN ['Lovely evening','Too noisy for us','Superb wine list','Slow service but great food','Will be back','Bit pricey','Great service, great view','Cold soup','The dessert was superb','Friendly staff'][1 + h(reservation_id, 38, 10)] END
FROM reservations WHERE status = 'honoured' AND h(reservation_id, 39, 10) < 4 AND dining_at < DATE '2025-06-18';

CREATE TABLE vouchers (
  voucher_code VARCHAR PRIMARY KEY,
  buyer_id INTEGER NOT NULL REFERENCES guests(guest_id),
  recipient_id INTEGER REFERENCES guests(guest_id),
  bought_on DATE NOT NULL,
  amount DECIMAL(6,2) NOT NULL,
  redeemed_on DATE,
  redeemed_location_id INTEGER REFERENCES locations(location_id)
);
COMMENT ON COLUMN vouchers.recipient_id IS 'Guest who got the voucher as a present; empty if the recipient is not registered';
INSERT INTO vouchers
WITH v AS (SELECT i, 1 + h(i, 40, 40) AS b, 1 + h(i, 41, 70) AS r, DATE '2023-02-01' + (i * 9)::INT + h(i, 42, 9) AS d, h(i, 43, 3) AS red FROM generate_series(1, 95) g(i))
SELECT 'GV-' || (7000 + i * 3), b, CASE WHEN h(i, 44, 5) > 0 AND r <> b THEN r END, d, [25,50,50,75,100,150][1 + h(i, 45, 6)],
  CASE WHEN red > 0 AND d < DATE '2025-03-01' THEN d + 10 + h(i, 46, 100) END, CASE WHEN red > 0 AND d < DATE '2025-03-01' THEN [1,3,5,7,8,10,12,13,14,20,23,24][1 + h(i, 47, 12)] END
FROM v;
