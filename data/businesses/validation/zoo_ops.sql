CREATE TEMP MACRO r(i, s, n) AS (hash(i::BIGINT * 1000 + s) % n)::INTEGER;

CREATE TABLE enclosures (
  enclosure_id INTEGER PRIMARY KEY,
  name VARCHAR NOT NULL,
  zone VARCHAR,
  dims STRUCT(length_m DOUBLE, width_m DOUBLE, height_m DOUBLE),
  features VARCHAR[],
  opened DATE,
  sensor JSON
);
COMMENT ON COLUMN enclosures.dims IS 'inner size in metres; height_m is NULL for open-air enclosures';
COMMENT ON COLUMN enclosures.sensor IS 'latest reading of the climate sensor: {"temp_c":…, "humidity":… (per cent), "alarms":[…]}; NULL where no sensor is fitted';
INSERT INTO enclosures VALUES
(1,'Lion Plateau','Savanna',{'length_m':60,'width_m':40,'height_m':NULL},['moat','heated rock','viewing glass'],'2011-05-14',NULL),
(2,'Giraffe House','Savanna',{'length_m':30,'width_m':18.5,'height_m':9},['heating','viewing deck'],'2009-04-02','{"temp_c":19.5,"humidity":54,"alarms":[]}'),
(3,'Elephant Valley','Savanna',{'length_m':120,'width_m':75,'height_m':NULL},['pool','mud wallow','moat'],'2016-07-01',NULL),
(4,'Orangutan Canopy','Rainforest',{'length_m':28,'width_m':22,'height_m':14},['climbing ropes','heating','viewing glass'],'2018-03-22','{"temp_c":25.8,"humidity":78,"alarms":["humidity_low"]}'),
(5,'Reptile Hall','Rainforest',{'length_m':25,'width_m':12,'height_m':4},['heating','uv lamps','viewing glass'],'2005-06-18','{"temp_c":28.9,"humidity":71,"alarms":["temp_high","filter"]}'),
(6,'Butterfly Dome','Rainforest',{'length_m':16,'width_m':16,'height_m':8},['heating','misting'],'2021-05-08','{"temp_c":27.1,"humidity":83,"alarms":[]}'),
(7,'Penguin Cove','Polar',{'length_m':34,'width_m':20,'height_m':NULL},['pool','viewing glass','ice machine'],'2014-10-30','{"temp_c":6.2,"humidity":66,"alarms":["filter"]}'),
(8,'Polar Bear Ridge','Polar',{'length_m':55,'width_m':38,'height_m':NULL},['pool','moat','ice machine'],'2012-12-01',NULL),
(9,'Otter Creek','Wetlands',{'length_m':22,'width_m':14,'height_m':NULL},['pool','viewing glass'],'2019-06-06',NULL),
(10,'Flamingo Lagoon','Wetlands',{'length_m':48,'width_m':31,'height_m':NULL},['pool'],'2008-08-08',NULL),
(11,'Aviary North','Wetlands',{'length_m':40,'width_m':26,'height_m':12},['misting','nest boxes'],'2017-04-29','{"temp_c":18.4,"humidity":61,"alarms":[]}'),
(12,'Quarantine Block','Back of house',{'length_m':12,'width_m':9,'height_m':3},[],'2003-01-15','{"temp_c":21,"humidity":45,"alarms":["door"]}'),
(13,'Red Panda Grove','Highlands',{'length_m':26,'width_m':19,'height_m':NULL},['climbing ropes','nest boxes'],'2020-09-12',NULL),
(14,'Snow Leopard Cliff','Highlands',{'length_m':37,'width_m':24,'height_m':11},['heated rock','viewing glass'],'2022-04-16','{"temp_c":12.7,"humidity":49,"alarms":[]}');

CREATE TABLE keepers (
  keeper_id INTEGER PRIMARY KEY,
  name VARCHAR NOT NULL,
  hired DATE,
  certifications VARCHAR[],
  rota MAP(VARCHAR, INTEGER),
  contact STRUCT(phone VARCHAR, email VARCHAR)
);
COMMENT ON COLUMN keepers.rota IS 'planned hours by weekday: mon, tue, wed, thu, fri, sat, sun; days off have no key';
INSERT INTO keepers VALUES
(1,'Marta Lindqvist','2012-03-01',['big cats','first aid','dart gun'],MAP{'mon':8,'tue':8,'wed':8,'thu':8},{'phone':'555-0141','email':'marta@zoo.example'}),
(2,'Owen Achterberg','2019-06-17',['reptiles','venomous'],MAP{'tue':8,'wed':8,'fri':8,'sat':6},{'phone':'555-0142','email':'owen@zoo.example'}),
(3,'Priya Raghunath','2016-09-05',['primates','first aid'],MAP{'mon':8,'wed':8,'fri':8,'sun':5},{'phone':NULL,'email':'priya@zoo.example'}),
(4,'Tomasz Wilk','2021-02-15',['marine','diving'],MAP{'thu':9,'fri':9,'sat':9,'sun':9},{'phone':'555-0144','email':'tomasz@zoo.example'}),
(5,'Dolores Ibarra','2008-11-20',['elephants','first aid','dart gun','forklift'],MAP{'mon':7,'tue':7,'wed':7,'thu':7,'fri':7},{'phone':'555-0145','email':NULL}),
(6,'Kenji Morioka','2023-01-09',['birds'],MAP{'sat':8,'sun':8},{'phone':'555-0146','email':'kenji@zoo.example'}),
(7,'Aoife Brannigan','2018-04-23',['birds','marine','first aid'],MAP{'mon':8,'tue':8,'thu':8,'sat':4},{'phone':'555-0147','email':'aoife@zoo.example'}),
(8,'Samuel Okonjo','2024-05-06',[],MAP{'mon':6,'tue':6,'wed':6},NULL),
(9,'Greta Hollenbeck','2015-07-13',['big cats','bears','dart gun'],MAP{'wed':8,'thu':8,'fri':8,'sun':6},{'phone':'555-0149','email':'greta@zoo.example'}),
(10,'Lucas Ferreira','2022-10-03',['primates'],NULL,{'phone':'555-0150','email':NULL});

CREATE TABLE animals (
  animal_id INTEGER PRIMARY KEY,
  name VARCHAR NOT NULL,
  species VARCHAR NOT NULL,
  sex VARCHAR,
  born DATE,
  enclosure_id INTEGER REFERENCES enclosures(enclosure_id),
  diet MAP(VARCHAR, DOUBLE),
  tags VARCHAR[],
  origin STRUCT(institution VARCHAR, country VARCHAR),
  weighings STRUCT(day DATE, kg DOUBLE)[]
);
COMMENT ON COLUMN animals.diet IS 'planned food -> kg per day; NULL where the plan is not written yet';
COMMENT ON COLUMN animals.origin IS 'where the animal came from; NULL if born here';
COMMENT ON COLUMN animals.weighings IS 'all weighings, oldest first; empty if the animal is never weighed';
COMMENT ON COLUMN animals.sex IS 'F, M or NULL if unknown';
INSERT INTO animals
SELECT v.id, v.nm, v.sp, v.sx, v.b, v.enc, v.diet, v.tags, v.org,
  CASE WHEN v.kg IS NULL THEN [] ELSE list_filter(list_transform(range(1 + r(v.id, 5, 6)), lambda k: {'day': (DATE '2023-02-10' + (k * 140 + r(v.id, 6, 90))::INTEGER)::DATE, 'kg': round(v.kg::DOUBLE * (0.86 + 0.03 * k + r(v.id * 10 + k, 7, 90) / 1000.0), 1)}), lambda w: w.day > coalesce(v.b, DATE '2020-01-01')) END
FROM (VALUES
(1,'Kibo','African lion','M',DATE '2014-08-03',1,MAP{'beef':6.5,'rabbit':1.0},['breeding programme','adopted'],{'institution':'Zoo Basel','country':'Switzerland'},190),
(2,'Nala','African lion','F',DATE '2016-02-11',1,MAP{'beef':5.0,'chicken':0.8},['breeding programme'],{'institution':'Burgers'' Zoo','country':'Netherlands'},132),
(3,'Tau','African lion','M',DATE '2022-06-19',1,MAP{'beef':4.5},['adopted'],NULL,118),
(4,'Zuri','Reticulated giraffe','F',DATE '2013-09-27',2,MAP{'hay':22.0,'browse':14.0,'carrots':2.0},['breeding programme','public feeding'],{'institution':'Zoo Praha','country':'Czechia'},780),
(5,'Mosi','Reticulated giraffe','M',DATE '2020-05-05',2,MAP{'hay':25.0,'browse':16.5},['public feeding'],NULL,940),
(6,'Asha','African elephant','F',DATE '1994-01-01',3,MAP{'hay':95.0,'browse':30.0,'carrots':4.0,'apples':3.0},['senior','adopted'],{'institution':'Tierpark Berlin','country':'Germany'},3150),
(7,'Temba','African elephant','M',DATE '2003-10-30',3,MAP{'hay':120.0,'browse':45.0},['breeding programme'],{'institution':'Zoo Wuppertal','country':'Germany'},4820),
(8,'Imani','African elephant','F',DATE '2019-12-14',3,MAP{'hay':48.0,'browse':18.0,'carrots':1.5},['adopted'],NULL,1400),
(9,'Bujang','Bornean orangutan','M',DATE '1999-03-08',4,MAP{'fruit':4.0,'browse':2.5,'nuts':0.3},['senior','medical watch'],{'institution':'Chester Zoo','country':'United Kingdom'},96),
(10,'Sari','Bornean orangutan','F',DATE '2008-07-21',4,MAP{'fruit':3.0,'browse':2.0,'nuts':0.2},['breeding programme'],{'institution':'Zoo Basel','country':'Switzerland'},51),
(11,'Kiki','Bornean orangutan','F',DATE '2021-11-02',4,MAP{'fruit':1.2,'nuts':0.1},['adopted'],NULL,15),
(12,'Gizmo','Green iguana','M',DATE '2017-05-30',5,MAP{'greens':0.4,'fruit':0.1},[],NULL,4.2),
(13,'Medusa','Reticulated python','F',DATE '2010-01-01',5,MAP{'rabbit':0.5},['medical watch'],{'institution':'Customs seizure','country':'Belgium'},61),
(14,'Slick','Gila monster','M',DATE '2015-04-17',5,MAP{'mice':0.05,'eggs':0.03},['venomous'],{'institution':'Zoo Praha','country':'Czechia'},1.4),
(15,'Ra','Egyptian cobra',NULL,DATE '2019-08-08',5,MAP{'mice':0.06},['venomous'],NULL,1.9),
(16,'Pebble','Humboldt penguin','F',DATE '2018-04-09',7,MAP{'herring':0.4,'sprat':0.2},['adopted'],NULL,4.3),
(17,'Flip','Humboldt penguin','M',DATE '2017-03-28',7,MAP{'herring':0.5,'sprat':0.15},['breeding programme','adopted'],{'institution':'Chester Zoo','country':'United Kingdom'},4.9),
(18,'Waddles','Humboldt penguin','M',DATE '2022-05-01',7,MAP{'herring':0.45},[],NULL,4.1),
(19,'Socks','Humboldt penguin',NULL,DATE '2024-04-20',7,MAP{'herring':0.3,'sprat':0.1},['hand reared'],NULL,3.2),
(20,'Nanuq','Polar bear','M',DATE '2007-12-09',8,MAP{'seal blubber':3.0,'herring':4.0,'beef':2.0},['senior','adopted'],{'institution':'Ranua Wildlife Park','country':'Finland'},430),
(21,'Freya','Polar bear','F',DATE '2012-11-25',8,MAP{'seal blubber':2.0,'herring':3.5},['breeding programme'],{'institution':'Tierpark Berlin','country':'Germany'},285),
(22,'Biscuit','Asian small-clawed otter','F',DATE '2020-02-14',9,MAP{'sprat':0.5,'shrimp':0.2},['public feeding','adopted'],NULL,3.6),
(23,'Gravy','Asian small-clawed otter','M',DATE '2019-05-23',9,MAP{'sprat':0.6,'shrimp':0.2,'eggs':0.05},['public feeding'],{'institution':'Burgers'' Zoo','country':'Netherlands'},4.0),
(24,'Rosa','Greater flamingo','F',DATE '2004-06-01',10,MAP{'pellets':0.25,'shrimp':0.1},[],NULL,NULL),
(25,'Coral','Greater flamingo','F',DATE '2011-06-12',10,MAP{'pellets':0.25,'shrimp':0.1},[],NULL,NULL),
(26,'Fandango','Greater flamingo','M',DATE '2009-07-15',10,MAP{'pellets':0.3},['breeding programme'],NULL,3.0),
(27,'Iris','Hyacinth macaw','F',DATE '2013-02-02',11,MAP{'nuts':0.12,'fruit':0.2},['breeding programme'],{'institution':'Zoo Wuppertal','country':'Germany'},1.5),
(28,'Blu','Hyacinth macaw','M',DATE '2012-08-19',11,MAP{'nuts':0.15,'fruit':0.2},['breeding programme','hand reared'],{'institution':'Customs seizure','country':'France'},1.6),
(29,'Odin','Snowy owl','M',DATE '2016-05-26',11,MAP{'mice':0.2},['adopted'],NULL,1.8),
(30,'Mei','Red panda','F',DATE '2019-07-04',13,MAP{'bamboo':1.8,'fruit':0.3},['breeding programme','adopted'],{'institution':'Zoo Praha','country':'Czechia'},5.1),
(31,'Tashi','Red panda','M',DATE '2018-06-30',13,MAP{'bamboo':2.0,'fruit':0.25,'eggs':0.05},['breeding programme'],{'institution':'Chester Zoo','country':'United Kingdom'},5.8),
(32,'Momo','Red panda',NULL,DATE '2025-06-08',13,NULL,['hand reared','medical watch'],NULL,0.4),
(33,'Altai','Snow leopard','M',DATE '2017-05-12',14,MAP{'beef':1.5,'rabbit':0.5,'chicken':0.4},['breeding programme'],{'institution':'Ranua Wildlife Park','country':'Finland'},45),
(34,'Sura','Snow leopard','F',DATE '2018-06-09',14,MAP{'beef':1.2,'chicken':0.5},['breeding programme','adopted'],{'institution':'Zoo Basel','country':'Switzerland'},37),
(35,'Patches','Serval','F',DATE '2021-09-09',12,MAP{'chicken':0.7,'mice':0.1},['medical watch'],{'institution':'Customs seizure','country':'Belgium'},11),
(36,'Rocket','Serval','M',NULL,NULL,NULL,['hand reared'],{'institution':'Customs seizure','country':'France'},12)
) v(id, nm, sp, sx, b, enc, diet, tags, org, kg);

CREATE TABLE care_events (
  event_id INTEGER PRIMARY KEY,
  animal_id INTEGER REFERENCES animals(animal_id),
  keeper_id INTEGER REFERENCES keepers(keeper_id),
  happened_at TIMESTAMP,
  kind VARCHAR,
  payload JSON
);
COMMENT ON COLUMN care_events.payload IS 'by kind. feeding: food, kg, refused (true/false); vet_check: vet, temp_c, findings (array), meds (array of {drug, dose_mg}), may lack meds; enrichment: item, minutes, score (1 to 5, may be missing); training: behaviour, success (true/false)';
INSERT INTO care_events
SELECT i, a, k, ts, kind,
  CASE kind
    WHEN 'feeding' THEN json_object('food', food, 'kg', round(coalesce(diet[food], 0.2) * (0.5 + r(i,12,90) / 100.0), 2), 'refused', r(i,13,9) = 0)
    WHEN 'vet_check' THEN CASE WHEN r(i,14,5) < 3 THEN json_object('vet', ['Dr. Haas','Dr. Osei','Dr. Marchetti'][1 + r(i,15,3)], 'temp_c', round(36 + r(i,16,45) / 10.0, 1), 'findings', [['dental wear'],['parasites','weight loss'],[]::VARCHAR[],['lameness'],['parasites']][1 + r(i,17,5)],
        'meds', [[{'drug':'meloxicam','dose_mg':15 + r(i,18,60)}],[{'drug':'ivermectin','dose_mg':5 + r(i,19,30)},{'drug':'meloxicam','dose_mg':10 + r(i,20,50)}],[{'drug':'amoxicillin','dose_mg':100 + r(i,21,400)}]][1 + r(i,22,3)])
      ELSE json_object('vet', ['Dr. Haas','Dr. Osei','Dr. Marchetti'][1 + r(i,15,3)], 'temp_c', round(36 + r(i,16,45) / 10.0, 1), 'findings', [['dental wear'],[]::VARCHAR[],[]::VARCHAR[]][1 + r(i,17,3)]) END
    WHEN 'enrichment' THEN CASE WHEN r(i,23,6) = 0 THEN json_object('item', ['ice block','puzzle feeder','scent trail','boomer ball'][1 + r(i,24,4)], 'minutes', 5 + r(i,25,50))
      ELSE json_object('item', ['ice block','puzzle feeder','scent trail','boomer ball'][1 + r(i,24,4)], 'minutes', 5 + r(i,25,50), 'score', 1 + r(i,26,5)) END
    ELSE json_object('behaviour', ['crate','blood draw','scale','recall'][1 + r(i,27,4)], 'success', r(i,28,3) > 0) END
FROM (SELECT e.*, diet, CASE WHEN diet IS NULL THEN 'milk' WHEN r(i,29,14) = 0 THEN 'apples' ELSE map_keys(diet)[(1 + r(i,11,12) % cardinality(diet))::INTEGER] END AS food
  FROM (SELECT i, 1 + (r(i,1,35) * (20 + r(i,2,15)) // 34) AS a, CASE WHEN r(i,3,25) = 0 THEN NULL ELSE 1 + r(i,4,9) END AS k,
    TIMESTAMP '2023-01-02 07:00:00' + to_days(r(i,8,908)) + to_minutes(r(i,9,660)) AS ts,
    ['feeding','feeding','feeding','vet_check','enrichment','enrichment','training','feeding'][1 + r(i,10,8)] AS kind
  FROM generate_series(1, 1100) t(i)) e
  JOIN animals ON animal_id = a WHERE ts > coalesce(born, DATE '2020-01-01')) ORDER BY i;

CREATE TABLE visitor_days (
  day DATE PRIMARY KEY,
  tickets MAP(VARCHAR, INTEGER),
  weather STRUCT(sky VARCHAR, max_temp_c DOUBLE),
  shows STRUCT(title VARCHAR, start_at TIME, seats INTEGER, attended INTEGER)[]
);
COMMENT ON TABLE visitor_days IS 'one row per open day (closed on Mondays)';
COMMENT ON COLUMN visitor_days.tickets IS 'tickets sold by type: adult, child, member, and school on school days only';
INSERT INTO visitor_days
SELECT d,
  CASE WHEN r(n,31,4) = 0 AND dayofweek(d) BETWEEN 2 AND 5 THEN MAP{'adult': 80 + r(n,32,300) + 25 * w, 'child': 60 + r(n,33,260) + 20 * w, 'member': 20 + r(n,34,90), 'school': 20 + r(n,35,160)}
    ELSE MAP{'adult': 80 + r(n,32,300) + 25 * w, 'child': 60 + r(n,33,260) + 20 * w, 'member': 20 + r(n,34,90)} END,
  CASE WHEN r(n,36,30) = 0 THEN NULL ELSE {'sky': ['sunny','cloudy','rain','sunny','cloudy'][1 + r(n,37,5)], 'max_temp_c': round(4 + w * 2.2 + r(n,38,80) / 10.0, 1)} END,
  CASE WHEN r(n,39,7) = 0 THEN [] WHEN month(d) BETWEEN 5 AND 9 THEN [
      {'title':'Penguin Parade','start_at':TIME '11:00','seats':180,'attended':40 + r(n,40,141)},
      {'title':'Sea Bird Flight','start_at':TIME '13:30','seats':250,'attended':50 + r(n,41,201)},
      {'title':'Elephant Bath','start_at':TIME '15:00','seats':300,'attended':90 + r(n,42,211)}]
    ELSE [{'title':'Penguin Parade','start_at':TIME '11:30','seats':180,'attended':20 + r(n,40,110)},
      {'title':'Meet the Keepers','start_at':TIME '14:00','seats':60,'attended':5 + r(n,43,56)}] END
FROM (SELECT d::DATE AS d, datediff('day', DATE '2023-01-01', d::DATE) AS n, 6 - abs(month(d) - 7) AS w FROM generate_series(DATE '2024-01-02', DATE '2025-06-29', INTERVAL 1 DAY) t(d)) WHERE dayofweek(d) <> 1;

CREATE TABLE feed_orders (
  order_no VARCHAR PRIMARY KEY,
  supplier VARCHAR,
  ordered DATE,
  lines STRUCT(food VARCHAR, kg DOUBLE, price_per_kg DOUBLE)[],
  delivery JSON
);
COMMENT ON COLUMN feed_orders.delivery IS 'JSON: days (working days from order to delivery), cold_chain (true/false), complaint (text, only if there was one); NULL while not yet delivered';
INSERT INTO feed_orders
SELECT 'FO-' || (1000 + i), ['Nordsee Fisch','Agrarhof Lenz','GreenLeaf Browse','Van Dijk Vlees'][1 + s], DATE '2023-01-05' + (i * 10 + r(i,51,8))::INTEGER,
  CASE s WHEN 0 THEN [{'food':'herring','kg':200.0 + 10 * r(i,52,30),'price_per_kg':2.1 + r(i,53,9) / 10.0},{'food':'sprat','kg':50.0 + 5 * r(i,54,20),'price_per_kg':1.6 + r(i,55,6) / 10.0}]
    WHEN 1 THEN list_filter([{'food':'hay','kg':4000.0 + 100 * r(i,56,40),'price_per_kg':0.18 + r(i,57,9) / 100.0},{'food':'carrots','kg':100.0 + 10 * r(i,58,20),'price_per_kg':0.5 + r(i,59,5) / 10.0},{'food':'apples','kg':60.0 + 10 * r(i,60,15),'price_per_kg':0.9 + r(i,61,6) / 10.0}], lambda x: x.food = 'hay' OR r(i, 62, 3) > 0)
    WHEN 2 THEN [{'food':'browse','kg':900.0 + 50 * r(i,63,20),'price_per_kg':0.6 + r(i,64,4) / 10.0},{'food':'bamboo','kg':80.0 + 5 * r(i,65,12),'price_per_kg':3.0 + r(i,66,12) / 10.0}]
    ELSE list_filter([{'food':'beef','kg':300.0 + 20 * r(i,67,25),'price_per_kg':5.2 + r(i,68,18) / 10.0},{'food':'chicken','kg':40.0 + 5 * r(i,69,16),'price_per_kg':3.1 + r(i,70,9) / 10.0},{'food':'rabbit','kg':20.0 + 2 * r(i,71,15),'price_per_kg':6.5 + r(i,72,15) / 10.0}], lambda x: x.food <> 'rabbit' OR r(i, 73, 2) = 0) END,
  CASE WHEN i > 87 THEN NULL WHEN r(i,74,6) = 0 THEN json_object('days', 1 + r(i,75,7), 'cold_chain', s IN (0,3), 'complaint', ['short weight','thawed on arrival','mould'][1 + r(i,76,3)])
    ELSE json_object('days', 1 + r(i,75,7), 'cold_chain', s IN (0,3) AND r(i,77,8) > 0) END
FROM (SELECT i, r(i,50,4) AS s FROM generate_series(1, 90) t(i));
