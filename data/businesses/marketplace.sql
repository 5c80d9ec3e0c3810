CREATE TEMP MACRO rnd(i, salt, n) AS CAST(hash(i, salt) % n AS INTEGER);

CREATE TABLE categories (category_id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, department VARCHAR NOT NULL, fee_pct DECIMAL(4,1) NOT NULL);
COMMENT ON COLUMN categories.fee_pct IS 'commission in per cent of the item value';
INSERT INTO categories VALUES
(1,'Ceramics','Home',9.0),(2,'Lighting','Home',10.0),(3,'Rugs & Textiles','Home',9.5),(4,'Vintage Furniture','Home',12.0),
(5,'Rings & Earrings','Jewellery',13.0),(6,'Watches','Jewellery',14.5),(7,'Vinyl Records','Collectibles',8.0),(8,'Stamps','Collectibles',8.0),
(9,'Board Games','Toys & Games',8.5),(10,'Wooden Toys','Toys & Games',9.0),(11,'Knitwear','Clothing',11.0),(12,'Leather Bags','Clothing',12.5),(13,'Gift Vouchers','Other',0.0);

CREATE TABLE sellers (seller_id INTEGER PRIMARY KEY, shop_name VARCHAR NOT NULL, country VARCHAR NOT NULL, tier VARCHAR NOT NULL, joined_on DATE NOT NULL, closed_on DATE);
COMMENT ON TABLE sellers IS 'Shops on the marketplace';
COMMENT ON COLUMN sellers.tier IS 'bronze, silver or gold; set by the seller team';
COMMENT ON COLUMN sellers.closed_on IS 'empty while the shop is open';
INSERT INTO sellers VALUES
(1,'Clay & Ember','Portugal','gold','2023-01-09',NULL),(2,'Nordlys Lamps','Denmark','gold','2023-01-15',NULL),(3,'Atelier Mirabelle','France','silver','2023-01-20',NULL),
(4,'Old Mill Antiques','United Kingdom','silver','2023-02-02',NULL),(5,'Weaver''s Yard','United Kingdom','bronze','2023-02-11',NULL),(6,'Kettle & Spoon','Ireland','bronze','2023-02-19','2024-08-31'),
(7,'Groove Cellar','Germany','gold','2023-03-01',NULL),(8,'Spielkiste','Germany','silver','2023-03-08',NULL),(9,'Tiny Timber','Poland','gold','2023-03-17',NULL),
(10,'Lana Suave','Spain','silver','2023-03-29',NULL),(11,'Cuoio Fiorentino','Italy','gold','2023-04-04',NULL),(12,'Philately Corner','France','bronze','2023-04-12',NULL),
(13,'Tempus Repairs','Germany','silver','2023-05-03',NULL),(14,'Luz do Sul','Portugal','bronze','2023-05-21',NULL),(15,'Hygge House','Denmark','silver','2023-06-06',NULL),
(16,'Brass Lantern','United Kingdom','silver','2023-06-18',NULL),(17,'Marais Vintage','France','gold','2023-07-02',NULL),(18,'Dice & Meeple','Netherlands','silver','2023-07-20',NULL),
(19,'Woolly Fox','Ireland','bronze','2023-08-05','2025-01-15'),(20,'Delft Blue Studio','Netherlands','silver','2023-08-28',NULL),(21,'Casa Olivera','Spain','bronze','2023-09-14',NULL),
(22,'Second Spin','Netherlands','bronze','2023-10-01',NULL),(23,'Zegar','Poland','bronze','2023-10-22','2024-11-30'),(24,'Bottega Rossa','Italy','silver','2023-11-11',NULL),
(25,'Fjord Knits','Norway','gold','2023-12-03',NULL),(26,'Perla Nera','Italy','bronze','2024-01-18',NULL),(27,'Holzwurm','Germany','bronze','2024-02-09',NULL),
(28,'Ember & Oak','United Kingdom','bronze','2024-03-15',NULL),(29,'Papillon Bijoux','France','silver','2024-04-22',NULL),(30,'Rotterdam Rugs','Netherlands','bronze','2024-06-01',NULL),
(31,'Nord & Sol','Norway','bronze','2024-08-19',NULL),(32,'Stary Rynek','Poland','silver','2024-10-07',NULL),(33,'Quiet Harbour','Ireland','bronze','2025-02-03',NULL),(34,'Lumen Lab','Germany','bronze','2025-04-28',NULL);

CREATE TABLE buyers (buyer_id INTEGER PRIMARY KEY, full_name VARCHAR NOT NULL, city VARCHAR, country VARCHAR NOT NULL, registered_on DATE NOT NULL, newsletter BOOLEAN NOT NULL);
INSERT INTO buyers
SELECT i,
  (['Anna','Ben','Clara','David','Elif','Finn','Greta','Hugo','Ines','Jonas','Katya','Liam','Marta','Niels','Olga','Paul','Rosa','Sean','Tessa','Viktor'])[(i % 20) + 1] || ' ' ||
  (['Almeida','Bakker','Conti','Duarte','Eriksen','Fischer','Garnier','Hansen','Ivanova','Jansen','Kowalska','Lopez','Moreau','Nolan','Olsen','Petit','Quinn','Ricci','Schmidt','Taylor','Ubeda','Visser','Weber'])[((i * 3 + i // 20) % 23) + 1],
  CASE WHEN rnd(i, 3, 17) = 0 THEN NULL ELSE (['Lisbon','Berlin','Paris','London','Amsterdam','Dublin','Milan','Madrid','Hamburg','Lyon'])[c] END,
  (['Portugal','Germany','France','United Kingdom','Netherlands','Ireland','Italy','Spain','Germany','France'])[c],
  DATE '2023-01-12' + CAST(870 * pow(rnd(i, 1, 1000) / 1000.0, 1.25) AS INTEGER), rnd(i, 4, 5) < 2
FROM (SELECT i, rnd(i, 2, 10) + 1 AS c FROM generate_series(1, 210) g(i));

CREATE TABLE listings (listing_id INTEGER PRIMARY KEY, seller_id INTEGER NOT NULL REFERENCES sellers, category_id INTEGER NOT NULL REFERENCES categories,
  title VARCHAR NOT NULL, price DECIMAL(8,2) NOT NULL, listed_on DATE NOT NULL, status VARCHAR NOT NULL);
COMMENT ON COLUMN listings.price IS 'asking price now, in euros; what was really paid is in order_items';
COMMENT ON COLUMN listings.status IS 'live, paused or removed';
INSERT INTO listings
SELECT i, s.seller_id, c,
  (['Hand-made','Rustic','Blue','Small','Large','Restored','Classic','Nordic','1960s','Limited'])[rnd(i, 14, 10) + 1] || ' ' ||
  CASE c WHEN 1 THEN (['Teapot','Mug','Serving Bowl'])[k] WHEN 2 THEN (['Desk Lamp','Pendant Light','Lantern'])[k] WHEN 3 THEN (['Kilim','Throw','Cushion'])[k]
   WHEN 4 THEN (['Armchair','Side Table','Bookcase'])[k] WHEN 5 THEN (['Silver Ring','Hoop Earrings','Pearl Studs'])[k] WHEN 6 THEN (['Wristwatch','Pocket Watch','Watch Strap'])[k]
   WHEN 7 THEN (['Jazz LP','Soul Single','Rock LP'])[k] WHEN 8 THEN (['Stamp Sheet','First Day Cover','Stamp Album'])[k] WHEN 9 THEN (['Strategy Game','Chess Set','Domino Set'])[k]
   WHEN 10 THEN (['Train','Building Blocks','Rocking Horse'])[k] WHEN 11 THEN (['Cardigan','Scarf','Beanie'])[k] ELSE (['Satchel','Tote','Wallet'])[k] END || ' No. ' || i,
  round((ARRAY[34,78,120,260,64,145,22,15,39,42,70,110])[c] * (0.5 + rnd(i, 11, 1400) / 1000.0), 0) - 0.05,
  greatest(joined_on, least(joined_on + rnd(i, 12, 420), DATE '2025-05-20')),
  CASE WHEN closed_on IS NOT NULL THEN 'removed' WHEN rnd(i, 13, 9) = 0 THEN 'paused' WHEN rnd(i, 13, 9) = 1 THEN 'removed' ELSE 'live' END
FROM (SELECT i, CASE WHEN i <= 34 THEN i ELSE 1 + CAST(floor(32 * pow(rnd(i, 9, 1000) / 1000.0, 1.4)) AS INTEGER) END AS sid, rnd(i, 15, 3) + 1 AS k FROM generate_series(1, 170) g(i)) x
JOIN sellers s ON s.seller_id = sid
CROSS JOIN LATERAL (SELECT CASE WHEN rnd(i, 16, 4) = 0 THEN rnd(i, 17, 12) + 1 ELSE
  (ARRAY[1,2,5,4,3,1,7,9,10,11,12,8,6,2,3,2,4,9,11,1,3,7,6,12,11,5,10,4,5,3,2,1,11,2])[s.seller_id] END AS c);

CREATE TABLE orders (order_id INTEGER PRIMARY KEY, order_no VARCHAR NOT NULL UNIQUE, buyer_id INTEGER NOT NULL REFERENCES buyers, ordered_at TIMESTAMP NOT NULL,
  shipped_at TIMESTAMP, delivered_at TIMESTAMP, status VARCHAR NOT NULL, channel VARCHAR NOT NULL, shipping_fee DECIMAL(6,2) NOT NULL);
COMMENT ON COLUMN orders.status IS 'delivered, shipped, paid (not yet sent) or cancelled';
COMMENT ON COLUMN orders.shipping_fee IS 'euros, once per order, kept by the carrier';
INSERT INTO orders
WITH raw AS (
  SELECT i, b.buyer_id, CAST(b.registered_on AS TIMESTAMP) + to_minutes(CAST(pow(rnd(i, 21, 9999) / 9999.0, 1.5) * (DATE '2025-06-29' - b.registered_on) * 1440 AS BIGINT)) AS t
  FROM generate_series(1, 880) g(i) JOIN buyers b ON b.buyer_id = 1 + CAST(floor(196 * pow(rnd(i, 20, 1000) / 1000.0, 1.6)) AS INTEGER)),
num AS (SELECT row_number() OVER (ORDER BY t, i) AS id, * FROM raw)
SELECT id, 'MK-' || (20000 + id), buyer_id, t,
  CASE WHEN st <> 'cancelled' AND st <> 'paid' THEN t + to_hours(6 + rnd(id, 23, 140)) END,
  CASE WHEN st = 'delivered' THEN t + to_hours(6 + rnd(id, 23, 140) + 24 + rnd(id, 24, 220)) END,
  st, (['web','web','app','app','app','marketplace feed'])[rnd(id, 25, 6) + 1], (ARRAY[0, 3.9, 4.9, 6.5, 9.9])[rnd(id, 26, 5) + 1]
FROM (SELECT *, CASE WHEN t > TIMESTAMP '2025-06-24' THEN 'paid' WHEN rnd(id, 22, 12) = 0 THEN 'cancelled' WHEN t > TIMESTAMP '2025-06-12' OR rnd(id, 22, 40) = 1 THEN 'shipped' ELSE 'delivered' END AS st FROM num);

CREATE TABLE order_items (item_id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders, listing_id INTEGER NOT NULL REFERENCES listings, quantity INTEGER NOT NULL, unit_price DECIMAL(8,2) NOT NULL);
COMMENT ON COLUMN order_items.unit_price IS 'price paid per piece, euros';
INSERT INTO order_items
WITH cand AS (
  SELECT o.order_id, l.listing_id, l.price, row_number() OVER (PARTITION BY o.order_id ORDER BY pow(rnd(o.order_id * 1000 + l.listing_id, 31, 100000) / 100000.0, 1.0 + l.seller_id / 12.0) DESC) AS rn
  FROM orders o JOIN listings l ON l.listed_on <= o.ordered_at JOIN sellers s USING (seller_id) WHERE (s.closed_on IS NULL OR s.closed_on > o.ordered_at) AND l.listing_id % 15 <> 7)
SELECT row_number() OVER (ORDER BY order_id, rn), order_id, listing_id, CASE WHEN rnd(order_id * 7 + rn, 33, 5) = 0 THEN 2 + rnd(order_id, 34, 3) ELSE 1 END,
  round(price * (ARRAY[1, 1, 1, 0.9, 0.95, 0.8])[rnd(order_id + listing_id, 35, 6) + 1], 2)
FROM cand WHERE rn <= 1 + (ARRAY[0,0,0,1,1,2,3])[rnd(order_id, 32, 7) + 1];

CREATE TABLE refunds (refund_id INTEGER PRIMARY KEY, item_id INTEGER NOT NULL REFERENCES order_items, requested_on DATE NOT NULL, decided_on DATE, decision VARCHAR, reason VARCHAR, amount DECIMAL(8,2) NOT NULL);
COMMENT ON TABLE refunds IS 'Refund requests of buyers, at most one per order item';
COMMENT ON COLUMN refunds.decision IS 'approved or rejected; empty while open';
COMMENT ON COLUMN refunds.amount IS 'amount asked for; only approved requests are paid';
INSERT INTO refunds
SELECT row_number() OVER (ORDER BY rq, item_id), item_id, rq, CASE WHEN d IS NOT NULL THEN rq + 1 + rnd(item_id, 44, 12) END, d,
  CASE WHEN rnd(item_id, 45, 9) > 0 THEN (['damaged','not as described','late','changed mind','damaged','wrong item'])[rnd(item_id, 46, 6) + 1] END,
  CASE WHEN rnd(item_id, 47, 3) = 0 THEN round(unit_price * quantity / 2, 2) ELSE unit_price * quantity END
FROM (SELECT i.*, CAST(o.delivered_at AS DATE) + rnd(item_id, 42, 15) AS rq,
  CASE WHEN o.delivered_at > TIMESTAMP '2025-06-01' OR rnd(item_id, 43, 25) = 0 THEN NULL WHEN rnd(item_id, 43, 10) < 7 THEN 'approved' ELSE 'rejected' END AS d
  FROM order_items i JOIN orders o USING (order_id) WHERE o.delivered_at IS NOT NULL AND rnd(item_id, 41, 100) < 8 + (listing_id % 7)) WHERE rq < DATE '2025-06-30';

CREATE TABLE reviews (review_id INTEGER PRIMARY KEY, item_id INTEGER NOT NULL REFERENCES order_items, stars INTEGER NOT NULL, posted_on DATE NOT NULL, has_photo BOOLEAN NOT NULL, seller_reply_on DATE);
INSERT INTO reviews
SELECT row_number() OVER (ORDER BY p, item_id), item_id, CASE WHEN bad THEN 1 + rnd(item_id, 54, 3) ELSE least(5, 2 + rnd(item_id, 55, 5)) END, p, rnd(item_id, 56, 4) = 0,
  CASE WHEN rnd(item_id, 57, 3) = 0 THEN p + 1 + rnd(item_id, 58, 9) END
FROM (SELECT i.item_id, CAST(o.delivered_at AS DATE) + 1 + rnd(i.item_id, 52, 24) AS p, r.refund_id IS NOT NULL AS bad
  FROM order_items i JOIN orders o USING (order_id) LEFT JOIN refunds r USING (item_id) WHERE o.delivered_at IS NOT NULL AND rnd(i.item_id, 51, 10) < 4) WHERE p < DATE '2025-06-21';

CREATE TABLE payouts (payout_id INTEGER PRIMARY KEY, seller_id INTEGER NOT NULL REFERENCES sellers, period_month DATE NOT NULL, gross DECIMAL(10,2) NOT NULL, commission DECIMAL(10,2) NOT NULL, paid_on DATE, status VARCHAR NOT NULL);
COMMENT ON TABLE payouts IS 'One per shop and month with delivered sales';
COMMENT ON COLUMN payouts.period_month IS 'first day of the month the sales belong to';
COMMENT ON COLUMN payouts.status IS 'paid, held or failed';
INSERT INTO payouts
SELECT row_number() OVER (ORDER BY m, seller_id), seller_id, m, g, f, CASE WHEN st = 'paid' THEN CAST(m + INTERVAL 1 MONTH AS DATE) + 2 + rnd(seller_id * 100 + month(m), 62, 11) END, st
FROM (SELECT *, CASE rnd(seller_id * 1000 + year(m) * 12 + month(m), 61, 22) WHEN 0 THEN 'held' WHEN 1 THEN 'failed' ELSE 'paid' END AS st FROM (
  SELECT l.seller_id, CAST(date_trunc('month', o.ordered_at) AS DATE) AS m, sum(i.quantity * i.unit_price) AS g, round(sum(i.quantity * i.unit_price * c.fee_pct) / 100, 2) AS f
  FROM order_items i JOIN orders o USING (order_id) JOIN listings l USING (listing_id) JOIN categories c USING (category_id)
  WHERE o.status = 'delivered' AND o.ordered_at < DATE '2025-06-01' GROUP BY ALL));
