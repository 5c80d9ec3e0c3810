CREATE TEMP MACRO r(i, s, n) AS (hash(i::BIGINT * 1000 + s) % n)::INTEGER;

CREATE TABLE venues (
  venue_id INTEGER PRIMARY KEY,
  name VARCHAR NOT NULL,
  city VARCHAR NOT NULL,
  capacity INTEGER,
  indoor BOOLEAN
);
COMMENT ON COLUMN venues.capacity IS 'licensed capacity, standing room included; the seats table lists numbered seats only';
INSERT INTO venues VALUES
(1,'The Foundry','Leeds',900,true),(2,'Harbour Hall','Bristol',2200,true),(3,'Castle Bowl','Cardiff',8500,false),
(4,'Lantern Theatre','Leeds',640,true),(5,'Dockside Arena','Liverpool',6200,true),(6,'Gasworks','Bristol',1100,true),
(7,'Priory Park','Norwich',5000,false),(8,'Velvet Room','Glasgow',350,true);

CREATE TABLE artists (
  artist_id INTEGER PRIMARY KEY,
  name VARCHAR NOT NULL,
  genre VARCHAR,
  home_city VARCHAR
);
INSERT INTO artists VALUES
(1,'The Paper Lanterns','indie','Leeds'),(2,'Nora Vale','folk','Bristol'),(3,'Kettle Black','rock','Sheffield'),(4,'DJ Marrow','electronic','Berlin'),
(5,'Orchard Street Brass','jazz','Bristol'),(6,'Halcyon Drift','indie','Glasgow'),(7,'Saint Ember','rock','Dublin'),(8,'Mirela Costa','pop','Lisbon'),
(9,'Tall Order','hip hop','London'),(10,'The Night Ferries','folk',NULL),(11,'Glass Parade','pop','Cardiff'),(12,'Ivo Sund','electronic','Oslo'),
(13,'The Harbour Lights','jazz','Liverpool'),(14,'Crown & Thistle','folk','Glasgow');

CREATE TABLE events (
  event_id INTEGER PRIMARY KEY,
  title VARCHAR NOT NULL,
  artist_id INTEGER REFERENCES artists(artist_id),
  venue_id INTEGER REFERENCES venues(venue_id),
  starts_at TIMESTAMP NOT NULL,
  on_sale_at TIMESTAMP NOT NULL,
  status VARCHAR NOT NULL
);
COMMENT ON COLUMN events.artist_id IS 'headliner; NULL for festivals';
COMMENT ON COLUMN events.status IS 'played, scheduled, cancelled or postponed';
INSERT INTO events
SELECT i, CASE WHEN a.artist_id IS NULL THEN ['Spring Tide Festival','Midsummer Sounds','Winter Warmer Weekender'][CASE WHEN month(d) BETWEEN 3 AND 5 THEN 1 WHEN month(d) BETWEEN 6 AND 9 THEN 2 ELSE 3 END] || ' ' || year(d) ELSE a.name || CASE r(i,6,4) WHEN 0 THEN ' Live' WHEN 1 THEN ': The Homecoming Tour' WHEN 2 THEN ' – Acoustic Evening' ELSE '' END END,
  a.artist_id, 1 + r(i,3,8), d + to_hours(19 + r(i,7,3)), d - to_days(20 + r(i,8,110)) + INTERVAL 9 HOUR,
  CASE WHEN r(i,9,13) = 0 THEN 'cancelled' WHEN r(i,9,13) = 1 THEN 'postponed' WHEN d < TIMESTAMP '2025-06-30' THEN 'played' ELSE 'scheduled' END
FROM (SELECT i, TIMESTAMP '2023-03-04' + to_days((i * 11 + r(i,1,9))::INTEGER) AS d FROM generate_series(1, 84) t(i))
LEFT JOIN artists a ON a.artist_id = 1 + r(i,2,15);

CREATE TABLE seats (
  seat_id INTEGER PRIMARY KEY,
  venue_id INTEGER REFERENCES venues(venue_id),
  section VARCHAR,
  row_label VARCHAR,
  seat_no INTEGER,
  accessible BOOLEAN
);
INSERT INTO seats
SELECT row_number() OVER (ORDER BY v.venue_id, s.k, n), v.venue_id, s.nm, chr((65 + n // 6)::INTEGER), 1 + n % 6, n < 2 AND s.k = 1
FROM venues v, (VALUES (1,'Stalls'),(2,'Circle'),(3,'Balcony')) s(k, nm), generate_series(0, 23) g(n)
WHERE v.venue_id <> 7 AND (s.k < 3 OR v.capacity > 1000) AND n < CASE s.k WHEN 1 THEN 24 WHEN 2 THEN 18 ELSE 12 END;

CREATE TABLE customers (
  customer_id INTEGER PRIMARY KEY,
  full_name VARCHAR,
  city VARCHAR,
  joined DATE,
  marketing_opt_in BOOLEAN
);
INSERT INTO customers
SELECT i, ['Amelia','Callum','Priya','Ewan','Siobhan','Marcus','Leila','Tomos','Grace','Dmitri','Hannah','Kwame','Rosie','Idris','Fiona'][1 + (i * 97 % 360) % 15] || ' ' || ['Hartley','Okafor','Pritchard','Sinclair','Byrne','Whitlock','Ahmed','Llewellyn','Marsh','Petrov','Dunmore','Castle','Fairweather','Osei','Quigley','Tan','Bexley','Moran','Iqbal','Thorne','Vasquez','Winter','Adeyemi','Lockwood'][1 + (i * 97 % 360) // 15],
  CASE WHEN r(i,13,14) = 0 THEN NULL ELSE ['Leeds','Bristol','Cardiff','Liverpool','Norwich','Glasgow','London','Sheffield','Leeds','Bristol'][1 + r(i,14,10)] END,
  DATE '2022-11-01' + r(i,15,900), CASE WHEN r(i,16,10) < 9 THEN r(i,17,2) = 0 END
FROM generate_series(1, 320) t(i);

CREATE TABLE orders (
  order_id INTEGER PRIMARY KEY,
  customer_id INTEGER REFERENCES customers(customer_id),
  event_id INTEGER REFERENCES events(event_id),
  ordered_at TIMESTAMP,
  channel VARCHAR,
  status VARCHAR,
  booking_fee DECIMAL(6,2),
  promo_code VARCHAR
);
COMMENT ON COLUMN orders.status IS 'paid, failed (payment declined, no tickets) or refunded (all tickets given back)';
COMMENT ON COLUMN orders.booking_fee IS 'per order, on top of the ticket prices; never refunded';
INSERT INTO orders
SELECT i, 1 + r(i,22,310) * (40 + r(i,23,61)) // 100, e.event_id, ts,
  ['web','web','app','app','app','box office','phone'][1 + r(i,26,7)],
  CASE WHEN r(i,27,14) = 0 THEN 'failed' WHEN e.status = 'cancelled' OR r(i,28,20) = 0 THEN 'refunded' ELSE 'paid' END,
  1.5 + r(i,29,8) * 0.5, CASE WHEN r(i,30,6) = 0 THEN ['EARLY10','FRIENDS','STUDENT'][1 + r(i,31,3)] END
FROM (SELECT i, e.*, on_sale_at + to_minutes((date_diff('minute', on_sale_at, least(starts_at, TIMESTAMP '2025-06-29 22:00')) * (r(i,24,100) * r(i,25,100)) // 10000)::INTEGER) AS ts
  FROM generate_series(1, 880) t(i) JOIN events e ON e.event_id = 1 + r(i,21,80) WHERE e.on_sale_at < TIMESTAMP '2025-06-29') e;

UPDATE customers c SET joined = least(joined, coalesce((SELECT min(ordered_at)::DATE - r(c.customer_id, 18, 140) FROM orders o WHERE o.customer_id = c.customer_id), joined));

CREATE TABLE tickets (
  ticket_id INTEGER PRIMARY KEY,
  order_id INTEGER REFERENCES orders(order_id),
  seat_id INTEGER REFERENCES seats(seat_id),
  price DECIMAL(7,2),
  scanned_at TIMESTAMP
);
COMMENT ON COLUMN tickets.seat_id IS 'NULL = standing';
COMMENT ON COLUMN tickets.scanned_at IS 'when the ticket was let in at the door; NULL = not used';
INSERT INTO tickets
WITH t AS (SELECT o.*, e.venue_id, e.starts_at, e.status AS ev_status, order_id * 10 + k AS x FROM orders o JOIN events e USING (event_id), generate_series(1, 5) g(k) WHERE o.status <> 'failed' AND k <= [1,2,2,2,3,4,5,1,2][1 + r(order_id, 32, 9)]),
n AS (SELECT t.*, row_number() OVER (PARTITION BY event_id ORDER BY x) AS pos FROM t),
s AS (SELECT *, row_number() OVER (PARTITION BY venue_id ORDER BY hash(seat_id)) AS pos FROM seats)
SELECT row_number() OVER (ORDER BY n.x), n.order_id, CASE WHEN r(n.event_id, 33, 6) > 0 AND r(n.x, 34, 5) > 0 THEN s.seat_id END,
  round((18 + r(n.event_id, 35, 50) + CASE s.section WHEN 'Stalls' THEN 12 WHEN 'Circle' THEN 6 ELSE 0 END) * CASE n.promo_code WHEN 'EARLY10' THEN 0.9 WHEN 'STUDENT' THEN 0.8 WHEN 'FRIENDS' THEN 0.85 ELSE 1 END, 2),
  CASE WHEN n.ev_status = 'played' AND n.status = 'paid' AND r(n.x, 36, 9) > 0 THEN n.starts_at - to_minutes(60 - r(n.x, 37, 100)) END
FROM n LEFT JOIN s ON s.venue_id = n.venue_id AND s.pos = n.pos;

CREATE TABLE refunds (
  refund_id INTEGER PRIMARY KEY,
  ticket_id INTEGER REFERENCES tickets(ticket_id),
  refunded_at TIMESTAMP,
  amount DECIMAL(7,2),
  reason VARCHAR
);
COMMENT ON TABLE refunds IS 'one row per ticket given back; in orders with status paid, single tickets may have been refunded too';
INSERT INTO refunds
SELECT row_number() OVER (ORDER BY ticket_id), ticket_id, least(ordered_at + to_hours((6 + r(ticket_id,41,700))::INTEGER), TIMESTAMP '2025-06-29 23:30'), CASE WHEN e.status = 'cancelled' OR r(ticket_id,42,3) > 0 THEN price ELSE round(price * 0.8, 2) END,
  CASE WHEN e.status = 'cancelled' THEN 'event cancelled' WHEN e.status = 'postponed' THEN 'event postponed' ELSE ['cannot attend','duplicate purchase','cannot attend','illness'][1 + r(ticket_id,43,4)] END
FROM tickets JOIN orders o USING (order_id) JOIN events e USING (event_id)
WHERE o.status = 'refunded' OR (scanned_at IS NULL AND r(ticket_id,44,12) = 0);

CREATE TABLE resales (
  resale_id INTEGER PRIMARY KEY,
  ticket_id INTEGER REFERENCES tickets(ticket_id),
  seller_id INTEGER REFERENCES customers(customer_id),
  buyer_id INTEGER REFERENCES customers(customer_id),
  listed_at TIMESTAMP,
  sold_at TIMESTAMP,
  asking_price DECIMAL(7,2)
);
COMMENT ON TABLE resales IS 'tickets offered by their buyers to other fans';
COMMENT ON COLUMN resales.sold_at IS 'NULL = not sold; buyer_id is NULL too then';
INSERT INTO resales
SELECT row_number() OVER (ORDER BY ticket_id), ticket_id, customer_id, CASE WHEN sold THEN 1 + (customer_id + 17 + r(ticket_id,52,250)) % 320 END, l, CASE WHEN sold THEN date_trunc('minute', l + (starts_at - l) * (r(ticket_id,53,90) / 100.0)) END, round(price * (70 + r(ticket_id,54,95)) / 100.0, 2)
FROM (SELECT t.*, o.customer_id, e.starts_at, date_trunc('minute', o.ordered_at + (e.starts_at - o.ordered_at) * (r(ticket_id,55,60) / 100.0)) AS l, r(ticket_id,51,10) < 6 AS sold
  FROM tickets t JOIN orders o USING (order_id) JOIN events e USING (event_id)
  WHERE o.status = 'paid' AND e.status = 'played' AND r(ticket_id,50,7) = 0 AND ticket_id NOT IN (SELECT ticket_id FROM refunds));
