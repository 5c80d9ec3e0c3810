-- nst_recipes: meal-kit company "Larder & Lane"
CREATE TEMP MACRO h(i, salt, n) AS (hash(i * 5527 + salt * 70201) % n)::INTEGER;

CREATE TYPE skill AS ENUM ('beginner', 'confident', 'chef');
CREATE TYPE box_status AS ENUM ('planned', 'packed', 'shipped', 'delivered', 'skipped', 'lost');

CREATE TABLE suppliers (
  supplier_id INTEGER PRIMARY KEY,
  name        VARCHAR NOT NULL,
  country     VARCHAR NOT NULL,
  certificates VARCHAR[],
  contact     STRUCT(person VARCHAR, email VARCHAR),
  lead_time   INTERVAL
);
INSERT INTO suppliers VALUES
 (1,'Halloran Farm','Ireland',['organic','grass-fed'],{'person':'Maeve Halloran','email':'orders@halloran.ie'},INTERVAL 2 DAY),
 (2,'Verdura Sole','Italy',['organic'],{'person':'Carlo Bassi','email':'c.bassi@verdurasole.it'},INTERVAL 5 DAY),
 (3,'Kustvis BV','Netherlands',['msc'],{'person':'Els Vermeer','email':NULL},INTERVAL 36 HOUR),
 (4,'Spice Caravan','Turkey',['fair trade','organic'],{'person':'Deniz Aksoy','email':'deniz@spicecaravan.com'},INTERVAL 14 DAY),
 (5,'Moulin Petit','France',[],{'person':NULL,'email':'contact@moulinpetit.fr'},INTERVAL 4 DAY),
 (6,'Andes Pantry','Peru',['fair trade'],{'person':'Rosa Quispe','email':'rosa@andespantry.pe'},INTERVAL 21 DAY),
 (7,'Green Glen Dairy','Ireland',['organic','grass-fed','halal'],{'person':'Sean Duffy','email':'sales@greenglen.ie'},INTERVAL 2 DAY),
 (8,'Tofu Werk','Germany',NULL,NULL,NULL);

CREATE TABLE ingredients (
  ingredient_id INTEGER PRIMARY KEY,
  name          VARCHAR NOT NULL,
  category      VARCHAR NOT NULL,
  supplier_id   INTEGER REFERENCES suppliers(supplier_id),
  per_100g      STRUCT(kcal DOUBLE, protein DOUBLE, fat DOUBLE, carbs DOUBLE),
  allergens     VARCHAR[],
  price_per_kg  DECIMAL(6,2),
  storage       JSON
);
COMMENT ON COLUMN ingredients.supplier_id IS 'NULL = bought on the spot market';
COMMENT ON COLUMN ingredients.storage IS 'zone (fridge, freezer, dry), temp{min,max} in degrees Celsius, shelf_days, humid (true if it needs moist air)';
INSERT INTO ingredients VALUES
 (1,'salmon fillet','fish',3,{'kcal':208,'protein':20.4,'fat':13.4,'carbs':0},['fish'],24.50,'{"zone":"fridge","temp":{"min":0,"max":2},"shelf_days":4,"humid":false}'),
 (2,'cod loin','fish',3,{'kcal':82,'protein':17.8,'fat':0.7,'carbs':0},['fish'],21.00,'{"zone":"freezer","temp":{"min":-22,"max":-18},"shelf_days":180,"humid":false}'),
 (3,'chicken thigh','meat',1,{'kcal':177,'protein':19.7,'fat':10.9,'carbs':0},[],9.80,'{"zone":"fridge","temp":{"min":0,"max":4},"shelf_days":6,"humid":false}'),
 (4,'beef mince','meat',1,{'kcal':250,'protein':18.6,'fat':19.4,'carbs':0},[],12.90,'{"zone":"fridge","temp":{"min":0,"max":2},"shelf_days":5,"humid":false}'),
 (5,'lamb shoulder','meat',1,{'kcal':235,'protein':17.0,'fat':18.5,'carbs':0},[],16.40,'{"zone":"fridge","temp":{"min":0,"max":3},"shelf_days":7,"humid":false}'),
 (6,'smoked tofu','protein',8,{'kcal':168,'protein':17.2,'fat':10.1,'carbs':1.2},['soy'],11.20,'{"zone":"fridge","temp":{"min":2,"max":6},"shelf_days":30,"humid":false}'),
 (7,'chickpeas','pulses',6,{'kcal':139,'protein':7.1,'fat':2.6,'carbs':21.2},[],3.10,'{"zone":"dry","temp":{"min":5,"max":25},"shelf_days":720,"humid":false}'),
 (8,'red lentils','pulses',4,{'kcal':358,'protein':24.0,'fat':2.2,'carbs':63.1},[],3.80,'{"zone":"dry","temp":{"min":5,"max":25},"shelf_days":540,"humid":false}'),
 (9,'tomato','vegetables',2,{'kcal':18,'protein':0.9,'fat':0.2,'carbs':3.9},[],3.40,'{"zone":"dry","temp":{"min":12,"max":16},"shelf_days":9,"humid":false}'),
 (10,'spinach','vegetables',2,{'kcal':23,'protein':2.9,'fat':0.4,'carbs':3.6},[],6.90,'{"zone":"fridge","temp":{"min":1,"max":4},"shelf_days":5,"humid":true}'),
 (11,'celeriac','vegetables',NULL,{'kcal':42,'protein':1.5,'fat':0.3,'carbs':9.2},['celery'],2.60,'{"zone":"fridge","temp":{"min":1,"max":5},"shelf_days":40,"humid":true}'),
 (12,'sweet potato','vegetables',6,{'kcal':86,'protein':1.6,'fat':0.1,'carbs':20.1},[],2.90,'{"zone":"dry","temp":{"min":12,"max":16},"shelf_days":30,"humid":false}'),
 (13,'basmati rice','grains',4,{'kcal':356,'protein':8.5,'fat':0.9,'carbs':78.0},[],4.20,'{"zone":"dry","temp":{"min":5,"max":25},"shelf_days":730,"humid":false}'),
 (14,'tagliatelle','grains',2,{'kcal':362,'protein':13.0,'fat':4.2,'carbs':66.0},['gluten','egg'],4.90,'{"zone":"dry","temp":{"min":5,"max":25},"shelf_days":400,"humid":false}'),
 (15,'flatbread','grains',5,{'kcal':275,'protein':9.1,'fat':3.3,'carbs':52.0},['gluten'],5.60,'{"zone":"freezer","temp":{"min":-22,"max":-18},"shelf_days":90,"humid":false}'),
 (16,'feta','dairy',7,{'kcal':264,'protein':14.2,'fat':21.3,'carbs':4.1},['milk'],13.30,'{"zone":"fridge","temp":{"min":2,"max":6},"shelf_days":60,"humid":false}'),
 (17,'double cream','dairy',7,{'kcal':467,'protein':1.6,'fat':50.5,'carbs':1.7},['milk'],6.20,'{"zone":"fridge","temp":{"min":1,"max":5},"shelf_days":14,"humid":false}'),
 (18,'eggs','dairy',1,{'kcal':143,'protein':12.6,'fat':9.5,'carbs':0.7},['egg'],5.40,NULL),
 (19,'peanut butter','pantry',6,{'kcal':588,'protein':25.1,'fat':50.4,'carbs':20.0},['peanut'],8.70,'{"zone":"dry","temp":{"min":5,"max":25},"shelf_days":365,"humid":false}'),
 (20,'coconut milk','pantry',4,{'kcal':197,'protein':2.0,'fat':21.3,'carbs':2.8},[],4.60,'{"zone":"dry","temp":{"min":5,"max":25},"shelf_days":700,"humid":false}'),
 (21,'ras el hanout','spices',4,NULL,['celery','mustard'],38.00,'{"zone":"dry","temp":{"min":5,"max":22},"shelf_days":600,"humid":false}'),
 (22,'saffron','spices',4,NULL,[],2900.00,'{"zone":"dry","temp":{"min":5,"max":20},"shelf_days":700,"humid":false}'),
 (23,'miso paste','pantry',8,{'kcal':199,'protein':12.8,'fat':6.0,'carbs':25.4},['soy','gluten'],14.80,NULL),
 (24,'walnuts','pantry',5,{'kcal':654,'protein':15.2,'fat':65.2,'carbs':13.7},['nuts'],15.90,'{"zone":"dry","temp":{"min":4,"max":15},"shelf_days":240,"humid":false}');

CREATE TABLE recipes (
  recipe_id   INTEGER PRIMARY KEY,
  title       VARCHAR NOT NULL,
  cuisine     VARCHAR NOT NULL,
  level       skill NOT NULL,
  published   DATE,
  tags        VARCHAR[] NOT NULL,
  prep        STRUCT(active_min INTEGER, total_min INTEGER, pans INTEGER),
  items       STRUCT(ingredient_id INTEGER, grams DOUBLE, optional BOOLEAN)[],
  steps       VARCHAR[]
);
COMMENT ON COLUMN recipes.items IS 'amounts for two portions';
COMMENT ON COLUMN recipes.published IS 'NULL = still in the test kitchen';
INSERT INTO recipes VALUES
 (1,'Salmon with miso glaze','Japanese','confident',DATE '2023-02-06',['quick','high protein'],{'active_min':20,'total_min':30,'pans':2},[{'ingredient_id':1,'grams':300,'optional':false},{'ingredient_id':23,'grams':40,'optional':false},{'ingredient_id':13,'grams':150,'optional':false}],['mix glaze','cook rice','grill salmon']),
 (2,'Red lentil dal','Indian','beginner',DATE '2023-02-06',['vegan','budget','one pot'],{'active_min':15,'total_min':40,'pans':1},[{'ingredient_id':8,'grams':180,'optional':false},{'ingredient_id':20,'grams':200,'optional':false},{'ingredient_id':9,'grams':250,'optional':false},{'ingredient_id':10,'grams':100,'optional':true}],['fry spices','simmer lentils','wilt spinach','serve']),
 (3,'Lamb tagine','Moroccan','chef',DATE '2023-09-18',['slow','one pot'],{'active_min':35,'total_min':150,'pans':1},[{'ingredient_id':5,'grams':400,'optional':false},{'ingredient_id':21,'grams':8,'optional':false},{'ingredient_id':7,'grams':200,'optional':false},{'ingredient_id':22,'grams':0.2,'optional':true},{'ingredient_id':15,'grams':160,'optional':true}],['brown lamb','toast spices','add stock','braise','season']),
 (4,'Chicken saffron rice','Persian','confident',DATE '2023-04-10',['family'],{'active_min':30,'total_min':55,'pans':2},[{'ingredient_id':3,'grams':350,'optional':false},{'ingredient_id':13,'grams':180,'optional':false},{'ingredient_id':22,'grams':0.3,'optional':false}],['bloom saffron','sear chicken','steam rice','combine']),
 (5,'Tagliatelle al ragu','Italian','beginner',DATE '2023-05-22',['family','freezer'],{'active_min':20,'total_min':75,'pans':2},[{'ingredient_id':4,'grams':300,'optional':false},{'ingredient_id':9,'grams':400,'optional':false},{'ingredient_id':14,'grams':220,'optional':false},{'ingredient_id':17,'grams':50,'optional':true}],['brown mince','simmer sauce','boil pasta']),
 (6,'Spinach feta borek','Turkish','chef',DATE '2023-11-06',['vegetarian','family'],{'active_min':45,'total_min':90,'pans':1},[{'ingredient_id':10,'grams':400,'optional':false},{'ingredient_id':16,'grams':200,'optional':false},{'ingredient_id':18,'grams':120,'optional':false},{'ingredient_id':15,'grams':200,'optional':false}],['wilt spinach','mix filling','roll','brush','bake','rest']),
 (7,'Sweet potato peanut stew','West African','beginner',DATE '2024-01-15',['vegan','budget','one pot'],{'active_min':15,'total_min':45,'pans':1},[{'ingredient_id':12,'grams':450,'optional':false},{'ingredient_id':19,'grams':90,'optional':false},{'ingredient_id':9,'grams':300,'optional':false},{'ingredient_id':7,'grams':150,'optional':true}],['dice','fry onion','simmer']),
 (8,'Cod with celeriac mash','French','confident',DATE '2024-03-04',['light','high protein'],{'active_min':25,'total_min':40,'pans':2},[{'ingredient_id':2,'grams':320,'optional':false},{'ingredient_id':11,'grams':500,'optional':false},{'ingredient_id':17,'grams':80,'optional':false},{'ingredient_id':24,'grams':30,'optional':true}],['boil celeriac','mash','pan-fry cod','plate']),
 (9,'Smoked tofu fried rice','Chinese','beginner',DATE '2024-04-22',['vegan','quick','high protein'],{'active_min':18,'total_min':20,'pans':1},[{'ingredient_id':6,'grams':200,'optional':false},{'ingredient_id':13,'grams':200,'optional':false},{'ingredient_id':18,'grams':110,'optional':true}],['cook rice','fry tofu','toss']),
 (10,'Chickpea shakshuka','Israeli','beginner',DATE '2024-06-03',['vegetarian','quick','one pot','budget'],{'active_min':15,'total_min':25,'pans':1},[{'ingredient_id':7,'grams':200,'optional':false},{'ingredient_id':9,'grams':450,'optional':false},{'ingredient_id':18,'grams':220,'optional':false},{'ingredient_id':16,'grams':60,'optional':true}],['make sauce','poach eggs','crumble feta']),
 (11,'Beef kofta flatbreads','Turkish','confident',DATE '2024-07-29',['quick','family'],{'active_min':25,'total_min':30,'pans':1},[{'ingredient_id':4,'grams':320,'optional':false},{'ingredient_id':15,'grams':240,'optional':false},{'ingredient_id':9,'grams':150,'optional':false},{'ingredient_id':21,'grams':5,'optional':false}],['shape kofta','grill','warm bread']),
 (12,'Walnut tagliatelle','Italian','beginner',DATE '2024-10-14',['vegetarian','quick'],{'active_min':15,'total_min':20,'pans':2},[{'ingredient_id':14,'grams':240,'optional':false},{'ingredient_id':24,'grams':80,'optional':false},{'ingredient_id':17,'grams':120,'optional':false}],['boil pasta','toast nuts','toss']),
 (13,'Coconut cod curry','Thai','confident',DATE '2025-01-20',['light','one pot'],{'active_min':20,'total_min':35,'pans':1},[{'ingredient_id':2,'grams':300,'optional':false},{'ingredient_id':20,'grams':250,'optional':false},{'ingredient_id':10,'grams':120,'optional':false},{'ingredient_id':13,'grams':150,'optional':true}],['make base','simmer','add fish','serve']),
 (14,'Miso lamb ramen','Japanese','chef',DATE '2025-03-31',['slow','high protein'],{'active_min':50,'total_min':180,'pans':3},[{'ingredient_id':5,'grams':300,'optional':false},{'ingredient_id':23,'grams':60,'optional':false},{'ingredient_id':14,'grams':180,'optional':false},{'ingredient_id':18,'grams':110,'optional':false}],['make stock','braise','slice','boil noodles','assemble']),
 (15,'Celeriac schnitzel','German','confident',NULL,['vegetarian'],NULL,[{'ingredient_id':11,'grams':600,'optional':false},{'ingredient_id':18,'grams':60,'optional':false}],NULL),
 (16,'Saffron ice cream','Persian','chef',NULL,[],{'active_min':40,'total_min':420,'pans':2},NULL,['make custard','bloom saffron','churn','freeze']);

CREATE TABLE customers (
  customer_id INTEGER PRIMARY KEY,
  name        VARCHAR NOT NULL,
  address     STRUCT(street VARCHAR, city VARCHAR, postcode VARCHAR),
  joined      DATE NOT NULL,
  left_on     DATE,
  portions    INTEGER NOT NULL,
  avoids      VARCHAR[],
  preferences MAP(VARCHAR, VARCHAR),
  newsletter  BOOLEAN
);
COMMENT ON COLUMN customers.avoids IS 'allergens to avoid, spelled as in ingredients.allergens; NULL if the customer skipped the form';
COMMENT ON COLUMN customers.preferences IS 'keys: delivery_day (tue, thu or sat), diet (only if any: vegan, vegetarian, pescatarian), spice (mild, medium, hot), leave_at (optional)';
INSERT INTO customers
SELECT i, (['Aoife','Conor','Marta','Declan','Grace','Liam','Oona','Padraig','Siobhan','Tariq','Beatriz','Jan'])[1 + i % 12] || ' ' || (['Byrne','Kowalska','Nolan','Fitzgerald','Okafor','Walsh','Murphy','Silva','Doyle','Keane','Ward'])[1 + (i * 5 + i // 12) % 11],
  {'street': (1 + h(i,1,140))::VARCHAR || ' ' || (['Castle Street','Mill Road','Salthill Terrace','Parnell Row','Orchard Lane'])[1 + h(i,2,5)], 'city': (['Dublin','Dublin','Dublin','Cork','Cork','Galway','Limerick','Belfast'])[1 + h(i,3,8)], 'postcode': CASE WHEN h(i,4,9) > 0 THEN (['D04','D08','D15','T12','T23','H91','V94','BT7'])[1 + h(i,3,8)] END},
  DATE '2023-02-01' + h(i,6,820), CASE WHEN h(i,7,4) = 0 AND h(i,6,820) < 640 THEN DATE '2023-02-01' + h(i,6,820) + 30 + h(i,8,200) END,
  ([2,2,2,3,4,4])[1 + h(i,9,6)],
  CASE h(i,10,10) WHEN 0 THEN NULL WHEN 1 THEN ['milk'] WHEN 2 THEN ['gluten'] WHEN 3 THEN ['nuts','peanut'] WHEN 4 THEN ['fish','egg'] WHEN 5 THEN ['gluten','milk','soy'] ELSE [] END,
  map_from_entries(list_filter([{'k':'delivery_day','v':(['tue','thu','thu','sat'])[1 + h(i,11,4)]},{'k':'diet','v':CASE WHEN h(i,12,3) = 0 THEN (['vegan','vegetarian','vegetarian','pescatarian'])[1 + h(i,13,4)] END},
    {'k':'spice','v':(['mild','medium','medium','hot'])[1 + h(i,14,4)]},{'k':'leave_at','v':CASE WHEN h(i,15,4) = 0 THEN (['neighbour','porch','office'])[1 + h(i,16,3)] END}], lambda e: e.v IS NOT NULL)),
  CASE WHEN h(i,17,7) > 0 THEN h(i,17,7) > 2 END
FROM generate_series(1, 130) t(i);

CREATE TABLE boxes (
  box_id      INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers(customer_id),
  week_of     DATE NOT NULL,
  status      box_status NOT NULL,
  recipe_ids  INTEGER[],
  price       DECIMAL(7,2),
  transit     INTERVAL,
  delivery    JSON
);
COMMENT ON COLUMN boxes.week_of IS 'Monday of the delivery week';
COMMENT ON COLUMN boxes.recipe_ids IS 'recipes packed; empty for skipped boxes';
COMMENT ON COLUMN boxes.transit IS 'time from warehouse to door, only for delivered boxes';
COMMENT ON COLUMN boxes.delivery IS 'carrier, ice_packs, proof{type,minutes_late} (negative minutes_late = early), photo. NULL if not sent';
INSERT INTO boxes
SELECT i, cid, date_trunc('week', joined + h(i,21,greatest(date_diff('day', joined, coalesce(left_on, DATE '2025-06-24')), 7)))::DATE, st,
  CASE WHEN st = 'skipped' THEN [] ELSE list_distinct(list_transform(range(0, 2 + h(i,22,3)), lambda k: 1 + h(i * 4 + k,23,14) * (7 + h(i * 4 + k,24,6)) // 12)) END,
  CASE WHEN st <> 'skipped' THEN (19.9 + portions * 9.5 + h(i,25,5) * 3)::DECIMAL(7,2) END,
  CASE WHEN st = 'delivered' THEN to_minutes(300 + h(i,26,2300)) END,
  CASE WHEN st IN ('delivered','shipped','lost') THEN to_json({'carrier': (['An Post','GreenVan','GreenVan','ChillEx'])[1 + h(i,27,4)], 'ice_packs': 1 + h(i,28,5), 'proof': {'type': (['door','neighbour','signature'])[1 + h(i,29,3)], 'minutes_late': CASE WHEN st = 'delivered' THEN h(i,30,160) - 50 END}, 'photo': h(i,31,3) > 0}) END
FROM (SELECT i, 1 + h(i,20,125) AS cid, (['delivered','delivered','delivered','delivered','delivered','delivered','delivered','skipped','skipped','lost','shipped','packed'])[1 + h(i,32,12)]::box_status AS st FROM generate_series(1, 900) g(i)) x JOIN customers ON customer_id = cid;

CREATE TABLE reviews (
  review_id  INTEGER PRIMARY KEY,
  box_id     INTEGER NOT NULL REFERENCES boxes(box_id),
  recipe_id  INTEGER NOT NULL REFERENCES recipes(recipe_id),
  stars      INTEGER NOT NULL,
  written_at TIMESTAMP NOT NULL,
  aspects    MAP(VARCHAR, INTEGER),
  photos     VARCHAR[]
);
COMMENT ON COLUMN reviews.aspects IS 'optional marks from 1 to 5 with the keys taste, effort and freshness';
INSERT INTO reviews
SELECT i, box_id, recipe_ids[1 + h(i,41,9) % len(recipe_ids)], least(5, 1 + h(i,42,5) + h(i,43,2)), week_of::TIMESTAMP + to_hours(40 + h(i,44,200)) + to_minutes(h(i,45,60)),
  CASE h(i,46,4) WHEN 0 THEN NULL WHEN 1 THEN MAP {'taste': 1 + h(i,47,5)} WHEN 2 THEN MAP {'taste': 2 + h(i,47,4), 'effort': 1 + h(i,48,5)} ELSE MAP {'taste': 1 + h(i,47,5), 'effort': 1 + h(i,48,5), 'freshness': 1 + h(i,49,5)} END,
  CASE h(i,50,6) WHEN 0 THEN ['plate.jpg'] WHEN 1 THEN ['plate.jpg','pan.jpg'] WHEN 2 THEN ['box.jpg','bag.jpg','plate.jpg'] ELSE [] END
FROM (SELECT i, 1 + h(i,40,900) AS bid FROM generate_series(1, 620) g(i)) x JOIN boxes ON box_id = bid WHERE status = 'delivered';
