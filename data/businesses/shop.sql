CREATE TEMP MACRO rnd(seed, i) AS (hash(seed || '#' || i::VARCHAR) % 100003)::DOUBLE / 100003;
CREATE TEMP MACRO one_of(l, x, skew) AS l[1 + least(floor(pow(x, skew) * len(l))::INT, len(l)::INT - 1)];

CREATE TABLE customer (
  customer_id INTEGER PRIMARY KEY,
  first_name VARCHAR NOT NULL,
  last_name VARCHAR NOT NULL,
  email VARCHAR NOT NULL,
  city VARCHAR NOT NULL,
  country VARCHAR NOT NULL,
  birth_year INTEGER,
  signed_up_on DATE NOT NULL,
  newsletter BOOLEAN NOT NULL,
  loyalty_tier VARCHAR
);
CREATE TABLE campaign (
  campaign_id INTEGER PRIMARY KEY,
  campaign_name VARCHAR NOT NULL,
  channel VARCHAR NOT NULL,
  started_on DATE NOT NULL,
  ended_on DATE,
  budget DECIMAL(10,2),
  spend DECIMAL(10,2) NOT NULL
);
CREATE TABLE promotion (
  promotion_id INTEGER PRIMARY KEY,
  promo_code VARCHAR NOT NULL,
  promotion_name VARCHAR NOT NULL,
  discount_percent INTEGER NOT NULL,
  min_order_value DECIMAL(8,2),
  valid_from DATE NOT NULL,
  valid_to DATE
);
CREATE TABLE variant (
  variant_id INTEGER PRIMARY KEY,
  sku VARCHAR NOT NULL,
  style_name VARCHAR NOT NULL,
  category VARCHAR NOT NULL,
  brand VARCHAR NOT NULL,
  department VARCHAR NOT NULL,
  colour VARCHAR NOT NULL,
  size VARCHAR,
  list_price DECIMAL(8,2) NOT NULL,
  cost_price DECIMAL(8,2) NOT NULL,
  stock_quantity INTEGER NOT NULL,
  launched_on DATE NOT NULL
);
CREATE TABLE web_session (
  session_id INTEGER PRIMARY KEY,
  customer_id INTEGER REFERENCES customer (customer_id),
  campaign_id INTEGER REFERENCES campaign (campaign_id),
  started_at TIMESTAMP NOT NULL,
  device VARCHAR NOT NULL,
  landing_page VARCHAR NOT NULL,
  page_views INTEGER NOT NULL,
  duration_seconds INTEGER NOT NULL,
  cart_value DECIMAL(10,2)
);
CREATE TABLE shop_order (
  order_id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customer (customer_id),
  session_id INTEGER UNIQUE REFERENCES web_session (session_id),
  promotion_id INTEGER REFERENCES promotion (promotion_id),
  ordered_at TIMESTAMP NOT NULL,
  status VARCHAR NOT NULL,
  payment_method VARCHAR NOT NULL,
  discount_amount DECIMAL(10,2) NOT NULL,
  shipping_fee DECIMAL(6,2) NOT NULL,
  total_amount DECIMAL(10,2) NOT NULL,
  shipped_on DATE,
  delivered_on DATE
);
CREATE TABLE order_item (
  order_item_id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES shop_order (order_id),
  variant_id INTEGER NOT NULL REFERENCES variant (variant_id),
  quantity INTEGER NOT NULL,
  unit_price DECIMAL(8,2) NOT NULL,
  line_amount DECIMAL(10,2) NOT NULL
);
CREATE TABLE review (
  review_id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customer (customer_id),
  variant_id INTEGER NOT NULL REFERENCES variant (variant_id),
  rating INTEGER NOT NULL,
  headline VARCHAR,
  posted_on DATE NOT NULL
);
CREATE TABLE refund (
  refund_id INTEGER PRIMARY KEY,
  order_item_id INTEGER NOT NULL REFERENCES order_item (order_item_id),
  reason VARCHAR NOT NULL,
  amount DECIMAL(10,2) NOT NULL,
  requested_on DATE NOT NULL,
  paid_on DATE
);

COMMENT ON COLUMN customer.loyalty_tier IS 'Tier in the loyalty club: Bronze, Silver, Gold; NULL: not a member';
COMMENT ON COLUMN customer.newsletter IS 'Subscribed to the newsletter';
COMMENT ON COLUMN campaign.ended_on IS 'NULL: still running';
COMMENT ON COLUMN campaign.budget IS 'Planned cost in EUR; NULL: no budget was set';
COMMENT ON COLUMN campaign.spend IS 'Marketing money spent so far, in EUR';
COMMENT ON COLUMN promotion.valid_to IS 'NULL: no end date';
COMMENT ON COLUMN promotion.min_order_value IS 'NULL: no minimum';
COMMENT ON TABLE variant IS 'One colour and size of a style (product); the style is style_name';
COMMENT ON COLUMN variant.size IS 'NULL: one size only';
COMMENT ON COLUMN variant.stock_quantity IS 'Pieces in the warehouse now; 0: sold out';
COMMENT ON TABLE web_session IS 'Visits to the web shop. A visit converts when an order has its session_id; conversion rate: converted visits per 100 visits';
COMMENT ON COLUMN web_session.customer_id IS 'NULL: anonymous visitor, not logged in';
COMMENT ON COLUMN web_session.campaign_id IS 'Campaign that brought the visit; NULL: organic traffic';
COMMENT ON COLUMN web_session.cart_value IS 'Value in EUR of the cart filled in the visit; NULL: nothing was put in a cart. A cart is abandoned when no order has its session_id';
COMMENT ON COLUMN shop_order.session_id IS 'NULL: ordered by phone or in the app';
COMMENT ON COLUMN shop_order.promotion_id IS 'NULL: no promo code used';
COMMENT ON COLUMN shop_order.total_amount IS 'Order value (basket) in EUR: what the customer pays, after discount, with shipping';
COMMENT ON COLUMN order_item.line_amount IS 'Quantity times unit price less discount, in EUR. Revenue (sales) is its sum without cancelled orders; units sold leave cancelled orders out too';
COMMENT ON COLUMN review.rating IS 'Stars, 1 to 5';
COMMENT ON COLUMN review.headline IS 'NULL: stars only, no text';
COMMENT ON COLUMN refund.paid_on IS 'NULL: refund still open, not paid out';

INSERT INTO customer
WITH place(n, city, country) AS (VALUES (1,'Berlin','Germany'),(2,'Hamburg','Germany'),(3,'Vienna','Austria'),(4,'Munich','Germany'),(5,'Amsterdam','Netherlands'),
  (6,'Cologne','Germany'),(7,'Zurich','Switzerland'),(8,'Antwerp','Belgium'),(9,'Paris','France'),(10,'Rotterdam','Netherlands'),(11,'Graz','Austria'),(12,'Lyon','France'),(13,'Copenhagen','Denmark'),(14,'Basel','Switzerland')),
c AS (
  SELECT i::INTEGER AS customer_id,
    one_of(['Anna','Lena','Sophie','Marie','Julia','Emma','Nina','Clara','Lukas','Jonas','Fatima','Elif','Chloé','Maud','Tom','Sanne','Paul','Ines','Greta','Noah','Yara','Mathis','Hanna','Oskar'], rnd('fn', i), 1.3) AS first_name,
    one_of(['Müller','Schneider','Weber','de Vries','Bauer','Dubois','Keller','Jansen','Fischer','Yilmaz','Moreau','Huber','Peeters','Lindqvist','Brunner','Kowalski','Roth','Bakker','Nielsen','Petit','Amrani','Graf','Voss','Steiner','Okafor'], rnd('ln', i), 1.2) AS last_name,
    1 + least(13, floor(pow(rnd('ct', i), 1.7) * 14)::INT) AS n,
    CASE WHEN rnd('by', i) < 0.12 THEN NULL ELSE 2006 - floor(pow(rnd('age', i), 1.6) * 48)::INT END AS birth_year,
    DATE '2022-01-03' + floor(pow(rnd('su', i), 0.85) * 1085)::INT AS signed_up_on,
    rnd('nl', i) < 0.57 AS newsletter,
    CASE WHEN rnd('ty', i) < 0.48 THEN NULL WHEN rnd('ty', i) < 0.79 THEN 'Bronze' WHEN rnd('ty', i) < 0.94 THEN 'Silver' ELSE 'Gold' END AS loyalty_tier
  FROM range(1, 521) t(i))
SELECT customer_id, first_name, last_name, lower(replace(strip_accents(first_name || '.' || last_name), ' ', '')) || customer_id || one_of(['@gmail.com','@gmx.de','@outlook.com','@icloud.com'], rnd('em', customer_id), 1.3),
  city, country, birth_year, signed_up_on, newsletter, loyalty_tier
FROM c JOIN place USING (n);

INSERT INTO campaign VALUES
 (1,'New Year Sale 2022','Email','2022-01-05','2022-01-31',1500,1284.40),
 (2,'Spring Florals','Instagram','2022-03-01','2022-04-30',8000,8412.75),
 (3,'Denim Days','Google Ads','2022-04-15','2022-06-15',12000,11260.10),
 (4,'Summer Linen','Pinterest','2022-06-01','2022-07-31',4500,3980.00),
 (5,'Back to Office','Google Ads','2022-08-20','2022-10-10',9500,9871.30),
 (6,'Black Week 2022','Instagram','2022-11-14','2022-11-30',10000,12740.95),
 (7,'Cosy Christmas','Email','2022-12-01','2022-12-24',1200,1090.00),
 (8,'January Clearance','Google Ads','2023-01-04','2023-02-05',7000,6635.20),
 (9,'Wedding Guest','Pinterest','2023-03-15','2023-05-31',5200,5544.60),
 (10,'Sneaker Drop','TikTok','2023-04-10','2023-05-10',15000,16930.00),
 (11,'Summer Creators','Influencer','2023-05-20','2023-08-15',18000,21450.00),
 (12,'Holiday Capsule','Instagram','2023-06-01','2023-07-20',9000,7720.45),
 (13,'Autumn Layers','Google Ads','2023-09-01','2023-10-31',13500,13102.80),
 (14,'Black Week 2023','TikTok','2023-11-13','2023-11-30',14000,15988.15),
 (15,'Gift Finder','Email','2023-12-01','2023-12-23',1800,1620.00),
 (16,'Fresh Start','Email','2024-01-03','2024-01-28',1600,1755.00),
 (17,'Partner Blogs','Affiliate','2024-01-15',NULL,NULL,9840.55),
 (18,'Spring Trench','Instagram','2024-02-20','2024-04-15',11000,10215.90),
 (19,'Denim Remix','TikTok','2024-04-01','2024-05-31',16000,18220.00),
 (20,'Festival Looks','Influencer','2024-05-15','2024-07-31',20000,19480.00),
 (21,'Always-on Search','Google Ads','2024-02-01',NULL,24000,22310.70),
 (22,'Swim Edit','Pinterest','2024-06-01','2024-07-15',6000,4210.35),
 (23,'Student Return','TikTok','2024-08-25','2024-10-05',8500,9077.00),
 (24,'Loyalty Relaunch','Email','2024-09-10',NULL,2500,2140.00),
 (25,'Black Week 2024','Instagram','2024-11-18','2024-12-01',17000,17655.25),
 (26,'Last Minute Gifts','Google Ads','2024-12-08',NULL,NULL,5312.40),
 (27,'Print Catalogue Test','Direct Mail','2024-10-01','2024-10-31',3000,2875.00);

INSERT INTO promotion VALUES
 (1,'WELCOME10','New customer discount',10,NULL,'2022-01-01',NULL),
 (2,'SPRING15','Spring sale',15,60,'2022-03-01','2022-04-30'),
 (3,'SUMMER20','Summer sale 2022',20,80,'2022-07-01','2022-08-15'),
 (4,'BLACK30','Black Week 2022',30,100,'2022-11-21','2022-11-30'),
 (5,'NEWYEAR25','January clearance',25,NULL,'2023-01-02','2023-02-05'),
 (6,'DENIM12','Denim weeks',12,70,'2023-04-01','2023-06-15'),
 (7,'SUNNY20','Summer sale 2023',20,80,'2023-07-01','2023-08-20'),
 (8,'GOLD15','Gold members',15,NULL,'2023-03-01',NULL),
 (9,'BLACK35','Black Week 2023',35,120,'2023-11-20','2023-11-30'),
 (10,'FRESH10','Fresh start',10,50,'2024-01-03','2024-02-10'),
 (11,'STUDENT12','Student discount',12,NULL,'2023-09-01',NULL),
 (12,'MIDSEASON18','Mid-season sale',18,75,'2024-04-05','2024-05-20'),
 (13,'HEAT22','Summer sale 2024',22,80,'2024-06-25','2024-08-18'),
 (14,'BLACK33','Black Week 2024',33,110,'2024-11-18','2024-12-01'),
 (15,'VIPNIGHT40','VIP shopping night',40,250,'2024-10-10','2024-10-10'),
 (16,'LOSTCART5','Forgotten cart reminder',5,NULL,'2024-03-01','2024-12-31'),
 (17,'PRESS50','Press discount',50,300,'2023-05-01','2023-05-31');

CREATE TEMP TABLE style AS
SELECT row_number() OVER () AS style_no, * FROM (VALUES
 ('Lena Wrap Dress','Dresses','Maison Odile','Women',89.90,['Black','Rust','Sage'],'2022-01-01',0.40),
 ('Ilse Midi Dress','Dresses','Maison Odile','Women',109.00,['Navy','Ecru'],'2022-01-01',0.38),
 ('Poppy Summer Dress','Dresses','Kaia Kind','Women',59.95,['Red','Yellow'],'2022-04-12',0.45),
 ('Vera Knit Dress','Dresses','Nordhaven','Women',99.00,['Grey','Burgundy'],'2022-09-05',0.36),
 ('Aurelie Evening Dress','Dresses','Maison Odile','Women',219.00,['Black','Emerald'],'2023-03-20',0.33),
 ('Straight 70 Jeans','Jeans','Rivet & Rye','Women',84.90,['Indigo','Black'],'2022-01-01',0.42),
 ('Slim Fit 32 Jeans','Jeans','Rivet & Rye','Men',84.90,['Indigo','Washed Grey'],'2022-01-01',0.41),
 ('Wide Leg Mara Jeans','Jeans','Rivet & Rye','Women',94.90,['Light Blue','Ecru'],'2023-02-14',0.44),
 ('Carpenter Jeans','Jeans','Holt','Men',79.95,['Indigo'],'2024-03-11',0.39),
 ('Merino Crew Sweater','Knitwear','Nordhaven','Men',79.00,['Navy','Grey','Forest'],'2022-01-01',0.40),
 ('Alpaca Cardigan','Knitwear','Nordhaven','Women',129.00,['Ecru','Rust'],'2022-08-29',0.34),
 ('Cable Turtleneck','Knitwear','Nordhaven','Women',94.00,['Ecru','Black'],'2022-10-03',0.37),
 ('Cotton Polo Knit','Knitwear','Holt','Men',64.95,['White','Navy'],'2023-04-17',0.43),
 ('Trench Coat Odette','Outerwear','Maison Odile','Women',249.00,['Beige','Black'],'2022-02-07',0.35),
 ('Field Parka','Outerwear','Nordhaven','Men',279.00,['Olive','Navy'],'2022-09-12',0.34),
 ('Puffer Jacket Frost','Outerwear','Nordhaven','Women',189.00,['Black','Lilac'],'2022-10-10',0.36),
 ('Denim Jacket 58','Outerwear','Rivet & Rye','Unisex',119.00,['Indigo','Black'],'2022-01-01',0.42),
 ('Rain Cape Brisk','Outerwear','Kaia Kind','Kids',54.95,['Yellow','Blue'],'2023-09-04',0.45),
 ('Oxford Shirt','Shirts & Tops','Holt','Men',59.95,['White','Light Blue'],'2022-01-01',0.44),
 ('Linen Shirt Capri','Shirts & Tops','Holt','Men',69.95,['White','Sage'],'2022-04-25',0.43),
 ('Silk Blouse Noor','Shirts & Tops','Maison Odile','Women',119.00,['Ecru','Emerald'],'2022-06-06',0.36),
 ('Basic Tee','Shirts & Tops','Kaia Kind','Unisex',19.95,['White','Black','Grey'],'2022-01-01',0.50),
 ('Striped Breton Top','Shirts & Tops','Maison Odile','Women',49.90,['Navy','Red'],'2022-01-01',0.46),
 ('Kids Dino Tee','Shirts & Tops','Kaia Kind','Kids',14.95,['Green','Blue'],'2023-03-06',0.52),
 ('Court Sneaker','Shoes','Strada','Unisex',109.00,['White','Black'],'2022-01-01',0.48),
 ('Runner 2.0','Shoes','Strada','Men',129.00,['Grey','Blue'],'2023-04-10',0.47),
 ('Chelsea Boot Ada','Shoes','Strada','Women',159.00,['Black','Brown'],'2022-08-15',0.40),
 ('Suede Loafer','Shoes','Strada','Men',139.00,['Brown','Navy'],'2023-08-21',0.41),
 ('Espadrille Sol','Shoes','Strada','Women',49.95,['Ecru','Red'],'2022-05-02',0.49),
 ('Tote Bag Mila','Bags','Cordelle','Women',149.00,['Black','Cognac'],'2022-01-01',0.33),
 ('Crossbody Bag Uno','Bags','Cordelle','Women',98.00,['Black','Cognac','Lilac'],'2022-07-04',0.35),
 ('Weekender Duffel','Bags','Cordelle','Unisex',229.00,['Cognac'],'2023-06-12',0.31),
 ('Canvas Backpack','Bags','Holt','Unisex',74.95,['Olive','Black'],'2022-03-14',0.42),
 ('Wool Scarf','Accessories','Nordhaven','Unisex',39.00,['Grey','Rust','Navy'],'2022-01-01',0.38),
 ('Leather Belt','Accessories','Cordelle','Men',45.00,['Black','Brown'],'2022-01-01',0.34),
 ('Bucket Hat','Accessories','Kaia Kind','Unisex',24.95,['Ecru','Black'],'2022-05-16',0.51),
 ('Ribbed Socks 3-Pack','Accessories','Holt','Unisex',17.95,['White','Black'],'2022-01-01',0.49),
 ('Bikini Top Lua','Swimwear','Kaia Kind','Women',34.95,['Black','Emerald'],'2022-04-04',0.47),
 ('Swim Shorts Tide','Swimwear','Holt','Men',39.95,['Navy','Yellow'],'2022-04-04',0.46),
 ('One-Piece Marin','Swimwear','Maison Odile','Women',79.00,['Black','Navy'],'2024-05-13',0.38)
) s(style_name, category, brand, department, list_price, colours, launched_on, cost_share);

INSERT INTO variant
WITH v AS (
  SELECT s.*, unnest(colours) AS colour, CASE
      WHEN category = 'Shoes' AND department = 'Women' THEN ['37','38','39','40'] WHEN category = 'Shoes' THEN ['41','42','43','44']
      WHEN category IN ('Bags', 'Accessories') AND style_name <> 'Leather Belt' THEN ['-']
      WHEN category = 'Jeans' THEN ['28','30','32','34'] WHEN department = 'Kids' THEN ['104','116','128'] WHEN department = 'Women' THEN ['XS','S','M','L'] ELSE ['S','M','L','XL'] END AS sizes
  FROM style s),
w AS (SELECT *, unnest(sizes) AS size FROM v)
SELECT row_number() OVER (ORDER BY style_no, colour, size)::INTEGER,
  upper(left(category, 2)) || lpad(style_no::VARCHAR, 3, '0') || '-' || upper(left(replace(colour, ' ', ''), 3)) || CASE WHEN size = '-' THEN '' ELSE '-' || size END,
  style_name, category, brand, department, colour, nullif(size, '-'), list_price, round(list_price * cost_share, 2),
  CASE WHEN rnd('so', style_no || colour || size) < 0.09 THEN 0 ELSE floor(3 + pow(rnd('st', style_no || colour || size), 2) * 180)::INT END, launched_on::DATE
FROM w;

-- visits
CREATE TEMP TABLE visit AS
WITH a AS (SELECT i::INTEGER AS session_id, DATE '2022-01-10' + floor(pow(rnd('sd', i), 0.72) * 1086)::INT AS d0 FROM range(1, 3001) t(i)),
b AS (SELECT session_id, CASE WHEN month(d0) IN (2, 8, 9) AND rnd('sh', session_id) < 0.42 AND d0 < DATE '2024-10-01' THEN least(d0 + 85, DATE '2024-12-30') ELSE d0 END AS d FROM a),
c AS (SELECT *, CASE WHEN rnd('dv', session_id) < 0.61 THEN 'mobile' WHEN rnd('dv', session_id) < 0.92 THEN 'desktop' ELSE 'tablet' END AS device,
  (SELECT list(campaign_id ORDER BY hash(campaign_id)) FROM campaign k WHERE k.campaign_id <> 27 AND d BETWEEN k.started_on AND coalesce(k.ended_on, DATE '2024-12-31') + 4) AS ks,
  (SELECT list(customer_id ORDER BY hash(customer_id * 7)) FROM customer u WHERE u.signed_up_on <= d AND u.customer_id % 11 <> 5) AS us FROM b)
SELECT session_id, device,
  d::TIMESTAMP + to_seconds(((6 + floor(pow(rnd('hr', session_id), 0.7) * 17.4)) * 3600)::INT + floor(rnd('mn', session_id) * 3599)::INT) AS started_at, d,
  CASE WHEN us IS NULL OR rnd('lg', session_id) < 0.31 THEN NULL ELSE one_of(us, rnd('uc', session_id), 1.9) END AS customer_id,
  CASE WHEN ks IS NULL OR rnd('ka', session_id) < 0.45 THEN NULL ELSE one_of(ks, rnd('kc', session_id), 1.4) END AS campaign_id,
  one_of(['home','product page','sale','new arrivals','lookbook','gift cards'], rnd('lp', session_id), 1.8) AS landing_page,
  rnd('cv', session_id) < CASE device WHEN 'desktop' THEN 0.58 WHEN 'tablet' THEN 0.44 ELSE 0.41 END AS has_cart,
  1 + floor(pow(rnd('pv', session_id), 2.1) * 27)::INT AS views
FROM c;

-- orders: from carts of logged-in visitors, and by phone or app
CREATE TEMP TABLE o0 AS
WITH w AS (
  SELECT customer_id, session_id, started_at + to_minutes(4 + session_id % 37) AS ordered_at FROM visit
  WHERE has_cart AND customer_id IS NOT NULL AND rnd('buy', session_id) < CASE device WHEN 'desktop' THEN 0.72 WHEN 'tablet' THEN 0.61 ELSE 0.53 END
  UNION ALL
  SELECT u.customer_id, NULL, least(u.signed_up_on::TIMESTAMP + to_days(floor(rnd('ad', i) * 700)::INT) + to_minutes(500 + i::INT % 840), TIMESTAMP '2024-12-29 20:00:00' - to_minutes(i::INT * 131))
  FROM range(1, 431) t(i) JOIN customer u ON u.customer_id = 1 + floor(pow(rnd('ac', i), 1.5) * 519)::INT
  WHERE u.customer_id % 11 <> 5 AND u.signed_up_on < DATE '2024-10-15'),
n AS (SELECT row_number() OVER (ORDER BY ordered_at, customer_id)::INTEGER AS order_id, * FROM w),
p AS (SELECT n.*, (SELECT list(promotion_id ORDER BY hash(promotion_id * 3)) FROM promotion x WHERE promotion_id NOT IN (15, 17) AND ordered_at::DATE BETWEEN valid_from AND coalesce(valid_to, DATE '2024-12-31')) AS ps FROM n)
SELECT order_id, customer_id, session_id, ordered_at, CASE WHEN rnd('pr', order_id) < 0.64 THEN NULL ELSE one_of(ps, rnd('pc', order_id), 1.5) END AS promo,
  CASE WHEN rnd('cx', order_id) < 0.068 THEN 'cancelled' WHEN ordered_at >= DATE '2024-12-27' THEN 'processing' WHEN ordered_at >= DATE '2024-12-20' THEN 'shipped' ELSE 'delivered' END AS status,
  one_of(['PayPal','Credit card','Klarna','Apple Pay','Gift card'], rnd('pm', order_id), 1.6) AS pay
FROM p;

CREATE TEMP TABLE i0 AS
WITH l AS (SELECT o.*, unnest(range(1, 2 + least(4, floor(pow(rnd('ni', order_id), 1.9) * 5)::INT))) AS k,
    (SELECT list(variant_id ORDER BY hash(v.style_name), hash(variant_id)) FROM variant v WHERE v.launched_on <= ordered_at AND hash(variant_id * 13) % 100 > 9) AS vs FROM o0 o),
q AS (SELECT order_id, k, ordered_at, promo, one_of(vs, rnd('iv', order_id * 10 + k), 1.5) AS variant_id, CASE WHEN rnd('iq', order_id * 10 + k) < 0.83 THEN 1 WHEN rnd('iq', order_id * 10 + k) < 0.96 THEN 2 ELSE 3 END AS quantity FROM l)
SELECT row_number() OVER (ORDER BY order_id, min(k))::INTEGER AS order_item_id, order_id, variant_id, sum(quantity)::INTEGER AS quantity,
  round(list_price * CASE WHEN year(any_value(ordered_at)) = 2022 THEN 0.95 ELSE 1 END, 2) AS unit_price, any_value(promo) AS promo
FROM q JOIN variant USING (variant_id) GROUP BY order_id, variant_id, list_price;

CREATE TEMP TABLE g0 AS
SELECT order_id, sum(quantity * unit_price) AS goods, CASE WHEN sum(quantity * unit_price) >= coalesce(any_value(min_order_value), 0) THEN any_value(promotion_id) END AS promotion_id
FROM i0 LEFT JOIN promotion ON promotion_id = promo GROUP BY order_id;

INSERT INTO web_session
SELECT v.session_id, v.customer_id, campaign_id, started_at, device, landing_page, views, 12 + views * (9 + floor(rnd('du', v.session_id) * 55)::INT),
  CASE WHEN o.order_id IS NOT NULL THEN goods WHEN has_cart THEN round(17.95 + pow(rnd('av', v.session_id), 2.2) * 420, 2) END
FROM visit v LEFT JOIN o0 o ON o.session_id = v.session_id LEFT JOIN g0 g ON g.order_id = o.order_id;

CREATE TEMP TABLE l0 AS
SELECT order_item_id, i.order_id, variant_id, quantity, unit_price, round(quantity * unit_price * (100 - coalesce(discount_percent, 0)) / 100, 2)::DECIMAL(10,2) AS line_amount
FROM i0 i JOIN g0 g USING (order_id) LEFT JOIN promotion p ON p.promotion_id = g.promotion_id;

INSERT INTO shop_order
WITH t AS (SELECT order_id, sum(line_amount) AS net FROM l0 GROUP BY order_id),
s AS (SELECT o.*, g.promotion_id, goods, net, CASE WHEN goods >= 90 THEN 0 ELSE 4.95 END AS fee,
  CASE WHEN status IN ('shipped', 'delivered') THEN o.ordered_at::DATE + 1 + floor(pow(rnd('sp', o.order_id), 2) * 5)::INT END AS shipped_on FROM o0 o JOIN g0 g USING (order_id) JOIN t USING (order_id))
SELECT order_id, customer_id, session_id, promotion_id, ordered_at, status, pay, goods - net, fee, net + fee, shipped_on,
  CASE WHEN status = 'delivered' THEN shipped_on + 1 + floor(pow(rnd('dl', order_id), 1.8) * 6)::INT END
FROM s ORDER BY order_id;

INSERT INTO order_item SELECT * FROM l0 ORDER BY order_item_id;

INSERT INTO review
WITH x AS (
  SELECT i.order_item_id, customer_id, variant_id, delivered_on + 2 + floor(pow(rnd('rp', order_item_id), 2) * 38)::INT AS posted_on,
    greatest(1, least(5, round(5.4 - pow(rnd('rr', order_item_id), 2.2) * 4.2 - rnd('rs', style_name) * 1.0)::INT)) AS rating
  FROM order_item i JOIN shop_order USING (order_id) JOIN variant USING (variant_id) WHERE status = 'delivered' AND rnd('rv', order_item_id) < 0.34)
SELECT row_number() OVER (ORDER BY posted_on, order_item_id)::INTEGER, customer_id, variant_id, rating,
  CASE WHEN rnd('rh', order_item_id) < 0.3 THEN NULL WHEN rating = 5 THEN one_of(['Love it','Perfect fit','Beautiful quality','Would buy again'], rnd('h5', order_item_id), 1.2)
    WHEN rating = 4 THEN one_of(['Very nice','Good quality','Runs a bit small'], rnd('h4', order_item_id), 1.2) WHEN rating = 3 THEN one_of(['Okay for the price','Runs large','Colour differs'], rnd('h3', order_item_id), 1.2)
    ELSE one_of(['Disappointed','Seam came apart','Too small','Not as pictured'], rnd('h1', order_item_id), 1.2) END, posted_on
FROM x WHERE posted_on <= DATE '2024-12-31';

INSERT INTO refund
WITH x AS (
  SELECT order_item_id, category, line_amount, delivered_on + 1 + floor(pow(rnd('fq', order_item_id), 1.7) * 27)::INT AS requested_on,
    one_of(['too small','changed mind','not as pictured','too large','damaged','arrived late'], rnd('fr', order_item_id), 1.5) AS reason
  FROM order_item JOIN shop_order USING (order_id) JOIN variant USING (variant_id)
  WHERE status = 'delivered' AND rnd('rf', order_item_id) < CASE category WHEN 'Dresses' THEN 0.29 WHEN 'Shoes' THEN 0.24 WHEN 'Jeans' THEN 0.21 WHEN 'Swimwear' THEN 0.17 WHEN 'Outerwear' THEN 0.15 WHEN 'Knitwear' THEN 0.11 WHEN 'Shirts & Tops' THEN 0.09 WHEN 'Bags' THEN 0.06 ELSE 0.03 END),
y AS (SELECT *, requested_on + 2 + floor(pow(rnd('fp', order_item_id), 2) * 16)::INT AS pd FROM x)
SELECT row_number() OVER (ORDER BY requested_on, order_item_id)::INTEGER, order_item_id, reason, CASE WHEN reason IN ('damaged', 'arrived late') AND rnd('fa', order_item_id) < 0.45 THEN round(line_amount * 0.3, 2) ELSE line_amount END,
  requested_on, CASE WHEN pd > DATE '2024-12-31' OR rnd('fo', order_item_id) < 0.04 THEN NULL ELSE pd END
FROM y WHERE requested_on <= DATE '2024-12-31';
