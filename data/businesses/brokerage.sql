CREATE TEMP MACRO h(i, salt, n) AS (hash(i::BIGINT * 4999 + salt) % n)::INT;
CREATE TEMP MACRO px(id, d) AS
  (11 + (id * 37) % 140) * (1 + 0.22 * sin((d - DATE '2023-01-01') / (38.0 + id * 3)) + ((id * 7) % 11 - 4) * 0.00011 * (d - DATE '2023-01-01') + (hash(id * 10007 + (d - DATE '2023-01-01')) % 41) / 1000.0 - 0.02);

CREATE TABLE advisors (advisor_id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, office VARCHAR NOT NULL, manager_id INTEGER, hired_on DATE NOT NULL);
COMMENT ON COLUMN advisors.manager_id IS 'advisor_id of the boss';
INSERT INTO advisors VALUES
 (1,'Dorothea Brandl','Vienna',NULL,'2008-03-01'),(2,'Emil Kovac','Vienna',1,'2013-09-16'),(3,'Sanne Verhoeven','Utrecht',1,'2015-01-05'),(4,'Ivo Maric','Zagreb',1,'2016-06-01'),
 (5,'Hannah Leitner','Vienna',2,'2019-10-01'),(6,'Bram Dekker','Utrecht',3,'2021-02-15'),(7,'Lucija Babic','Zagreb',4,'2022-05-09'),(8,'Noah Pichler','Vienna',2,'2024-11-04');

CREATE TABLE customers (
  customer_id INTEGER PRIMARY KEY,
  name VARCHAR NOT NULL,
  email VARCHAR,
  city VARCHAR,
  country VARCHAR NOT NULL,
  birth_date DATE,
  segment VARCHAR NOT NULL,
  joined_on DATE NOT NULL,
  advisor_id INTEGER REFERENCES advisors(advisor_id)
);
COMMENT ON COLUMN customers.birth_date IS 'Empty for companies';
COMMENT ON COLUMN customers.segment IS 'retail, affluent or corporate';
COMMENT ON COLUMN customers.advisor_id IS 'Personal advisor; empty = self-service customer';
INSERT INTO customers VALUES
 (1,'Alfred Haidinger','a.haidinger@posthof.at','Vienna','Austria','1958-04-12','affluent','2021-02-03',2),
 (2,'Beate Zauner','beate.zauner@gmx.at','Graz','Austria','1979-11-30','retail','2022-05-17',NULL),
 (3,'Cornelis van Houten','c.vanhouten@kpnmail.nl','Utrecht','Netherlands','1966-08-21','affluent','2020-10-12',3),
 (4,'Daria Horvat','daria.horvat@net.hr','Zagreb','Croatia','1990-01-09','retail','2023-01-16',7),
 (5,'Steinbach Werkzeuge GmbH','treasury@steinbach-werkzeuge.at','Linz','Austria',NULL,'corporate','2021-07-01',2),
 (6,'Eveline Mulder','eveline.mulder@GMAIL.com','Amsterdam','Netherlands','1995-06-18','retail','2023-03-27',NULL),
 (7,'Franz Oberhauser','franz.oberhauser@gmx.at','Salzburg','Austria','1949-12-02','affluent','2020-03-09',1),
 (8,'Goran Petrovic','goran.p@gmail.com','Split','Croatia','1983-03-25','retail','2022-09-05',4),
 (9,'Hilde Zauner','hilde@zauner-optik.at','Graz','Austria','1981-07-14','retail','2022-05-17',5),
 (10,'Adriatik Shipping d.o.o.','finance@adriatik-shipping.hr','Rijeka','Croatia',NULL,'corporate','2022-02-21',4),
 (11,'Ilse de Boer',NULL,'Utrecht','Netherlands','1938-09-05','affluent','2020-06-30',3),
 (12,'Jelena Radic','jelena.radic@gmail.com','Zagreb','Croatia','1998-02-11','retail','2024-02-12',NULL),
 (13,'Karl Wimmer','karl.wimmer@posthof.at','Vienna','Austria','1972-10-19','retail','2021-11-22',5),
 (14,'Lotte Janssen','lotte.janssen@kpnmail.nl','Rotterdam','Netherlands','1987-05-03','retail','2023-08-14',6),
 (15,'Maarten Visser','maarten@visser-bouw.nl','Utrecht','Netherlands','1975-01-28','affluent','2021-04-19',6),
 (16,'Visser Bouw BV','admin@visser-bouw.nl','Utrecht','Netherlands',NULL,'corporate','2021-04-19',6),
 (17,'Nikola Babic','nikola.babic@net.hr',NULL,'Croatia','2001-08-08','retail','2024-05-20',NULL),
 (18,'Olga Pfeiffer','olga.pfeiffer@gmx.at','Vienna','Austria','1992-04-04','retail','2023-05-08',NULL),
 (19,'Petra Lindner','petra.lindner@gmail.com','Innsbruck','Austria','1969-12-24','affluent','2022-01-10',1),
 (20,'Quirin Auer',NULL,'Salzburg','Austria','2003-03-17','retail','2025-01-20',8),
 (21,'Roos Bakker','roos.bakker@gmail.com','Amsterdam','Netherlands','1999-10-10','retail','2024-09-02',NULL),
 (22,'Stjepan Juric','stjepan.juric@net.hr','Zagreb','Croatia','1961-06-27','affluent','2021-09-13',7),
 (23,'Tulpen Export BV','office@tulpen-export.nl','Amsterdam','Netherlands',NULL,'corporate','2023-10-30',NULL),
 (24,'Ulrike Haidinger','u.haidinger@posthof.at','Vienna','Austria','1962-02-15','affluent','2021-02-03',2),
 (25,'Vesna Kralj','vesna.kralj@gmail.com','Osijek','Croatia','1985-11-11','retail','2025-04-07',NULL),
 (26,'Willem de Graaf','w.degraaf@kpnmail.nl','Vienna','Austria','1978-07-07','retail','2023-06-26',5);

CREATE TABLE accounts (
  account_no VARCHAR PRIMARY KEY,
  kind VARCHAR NOT NULL,
  opened_on DATE NOT NULL,
  closed_on DATE,
  risk_level INTEGER
);
COMMENT ON COLUMN accounts.kind IS 'standard, margin, pension or managed';
COMMENT ON COLUMN accounts.risk_level IS '1 = very cautious to 5 = speculative; empty if never assessed';
INSERT INTO accounts VALUES
 ('A-1001','managed','2021-02-05',NULL,2),('A-1002','standard','2022-05-20',NULL,3),('A-1003','standard','2020-10-15',NULL,4),('A-1004','standard','2023-01-18',NULL,3),('A-1005','margin','2021-07-05',NULL,4),
 ('A-1006','standard','2023-03-27',NULL,NULL),('A-1007','managed','2020-03-11',NULL,1),('A-1008','margin','2022-09-06',NULL,5),('A-1009','standard','2022-05-20','2024-08-31',2),('A-1010','standard','2022-02-25',NULL,3),
 ('A-1011','pension','2020-07-02',NULL,1),('A-1012','standard','2024-02-12',NULL,5),('A-1013','pension','2021-11-25',NULL,2),('A-1014','standard','2023-08-15',NULL,3),('A-1015','margin','2021-04-21',NULL,5),
 ('A-1016','standard','2021-04-21',NULL,2),('A-1017','standard','2024-05-21',NULL,NULL),('A-1018','standard','2023-05-09',NULL,3),('A-1019','managed','2022-01-12',NULL,2),('A-1020','standard','2024-09-03',NULL,4),
 ('A-1021','managed','2021-09-15',NULL,3),('A-1022','standard','2023-11-02',NULL,2),('A-1023','standard','2025-04-08',NULL,NULL),('A-1024','margin','2023-02-14','2025-01-31',5),('A-1025','pension','2022-06-01',NULL,1),
 ('A-1026','standard','2023-06-27',NULL,3),('A-1027','standard','2024-01-09',NULL,4),('A-1028','pension','2024-07-01',NULL,NULL),('A-1029','standard','2025-05-05',NULL,2);

CREATE TABLE account_holders (
  account_no VARCHAR REFERENCES accounts(account_no),
  customer_id INTEGER REFERENCES customers(customer_id),
  role VARCHAR NOT NULL,
  since DATE NOT NULL,
  PRIMARY KEY (account_no, customer_id)
);
COMMENT ON COLUMN account_holders.role IS 'owner, co-owner or proxy; every account has exactly one owner';
INSERT INTO account_holders VALUES
 ('A-1001',1,'owner','2021-02-05'),('A-1001',24,'co-owner','2021-02-05'),('A-1002',2,'owner','2022-05-20'),('A-1002',9,'co-owner','2022-05-20'),('A-1003',3,'owner','2020-10-15'),('A-1004',4,'owner','2023-01-18'),
 ('A-1005',5,'owner','2021-07-05'),('A-1005',13,'proxy','2023-04-01'),('A-1006',6,'owner','2023-03-27'),('A-1007',7,'owner','2020-03-11'),('A-1007',19,'proxy','2024-02-20'),('A-1008',8,'owner','2022-09-06'),
 ('A-1009',9,'owner','2022-05-20'),('A-1010',10,'owner','2022-02-25'),('A-1010',22,'proxy','2022-02-25'),('A-1011',11,'owner','2020-07-02'),('A-1011',3,'proxy','2021-01-11'),('A-1012',12,'owner','2024-02-12'),
 ('A-1013',13,'owner','2021-11-25'),('A-1014',14,'owner','2023-08-15'),('A-1015',15,'owner','2021-04-21'),('A-1016',16,'owner','2021-04-21'),('A-1016',15,'proxy','2021-04-21'),('A-1017',17,'owner','2024-05-21'),
 ('A-1018',18,'owner','2023-05-09'),('A-1019',19,'owner','2022-01-12'),('A-1020',21,'owner','2024-09-03'),('A-1021',22,'owner','2021-09-15'),('A-1022',23,'owner','2023-11-02'),('A-1022',6,'proxy','2024-06-10'),
 ('A-1023',25,'owner','2025-04-08'),('A-1024',8,'owner','2023-02-14'),('A-1025',1,'owner','2022-06-01'),('A-1026',26,'owner','2023-06-27'),('A-1027',3,'owner','2024-01-09'),('A-1027',11,'co-owner','2024-01-09'),
 ('A-1028',18,'owner','2024-07-01'),('A-1029',5,'owner','2025-05-05');

CREATE TABLE exchanges (mic VARCHAR PRIMARY KEY, name VARCHAR NOT NULL, country VARCHAR NOT NULL, opens_at TIME NOT NULL, closes_at TIME NOT NULL);
COMMENT ON COLUMN exchanges.mic IS 'Market identifier code';
INSERT INTO exchanges VALUES ('XDAN','Danube Exchange','Austria','09:00','17:30'),('XPOL','Polder Stock Market','Netherlands','09:00','17:40'),('XADR','Adriatic Bourse','Croatia','10:00','16:00'),('XNOR','Northern Board','Sweden','09:00','17:25');

CREATE TABLE instruments (
  instrument_id INTEGER PRIMARY KEY,
  symbol VARCHAR NOT NULL UNIQUE,
  name VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  sector VARCHAR,
  mic VARCHAR REFERENCES exchanges(mic),
  listed_on DATE
);
COMMENT ON COLUMN instruments.sector IS 'Shares only';
COMMENT ON COLUMN instruments.mic IS 'Exchange of the listing; empty for funds traded off exchange';
INSERT INTO instruments VALUES
 (1,'ALPW','Alpenwasser AG','share','Utilities','XDAN','2004-05-10'),(2,'BRLM','Brauhaus Lamm AG','share','Consumer','XDAN','2011-10-03'),(3,'DKGR','Dijk en Graan NV','share','Consumer','XPOL','1998-02-16'),
 (4,'ENRG','Enersol Green Power','share','Energy','XDAN','2018-06-25'),(5,'FJRD','Fjord Salmon ASA','share','Consumer','XNOR','2007-11-19'),(6,'HALV','Halvorsen Steel','share','Industry','XNOR','2001-04-02'),
 (7,'JADL','Jadran Logistika','share','Industry','XADR','2013-03-18'),(8,'KIES','Kiesel Chips NV','share','Technology','XPOL','2016-09-12'),(9,'LUMA','Luma Medical','share','Health','XPOL','2020-01-27'),
 (10,'MRVA','Morava Bank AG','share','Finance','XDAN','1995-06-06'),(11,'OSTK','Ostkreditbank','share','Finance','XADR','2009-07-13'),(12,'GRNB','Green Bond 2031','bond',NULL,'XPOL','2021-03-01'),
 (13,'AT29','Republic Note 2029','bond',NULL,'XDAN','2019-09-02'),(14,'EUCX','Euro Core Index','fund',NULL,'XPOL','2014-01-20'),(15,'SLVR','Silver Years Balanced','fund',NULL,NULL,NULL),(16,'TECX','Tech Frontier Index','fund',NULL,NULL,'2019-05-06');

CREATE TABLE daily_prices (
  instrument_id INTEGER REFERENCES instruments(instrument_id),
  price_date DATE,
  open_price DECIMAL(10,2) NOT NULL,
  close_price DECIMAL(10,2) NOT NULL,
  volume INTEGER,
  PRIMARY KEY (instrument_id, price_date)
);
COMMENT ON TABLE daily_prices IS 'Trading days since 2 January 2025, prices in EUR';
INSERT INTO daily_prices
SELECT i, d::DATE, round(px(i, d::DATE - 1) * (1 + (h(i * 1000 + dayofyear(d), 1, 21) - 10) / 1500.0), 2), round(px(i, d::DATE), 2), CASE WHEN i <> 15 THEN 500 + h(i * 1000 + dayofyear(d), 2, 9000) * (1 + i % 4) END
FROM generate_series(1, 15) a(i), generate_series(DATE '2025-01-02', DATE '2025-06-27', INTERVAL 1 DAY) b(d)
WHERE isodow(d) < 6 AND d NOT IN (DATE '2025-04-18', DATE '2025-04-21', DATE '2025-05-01');

CREATE TABLE trades (
  trade_id INTEGER PRIMARY KEY,
  instrument_id INTEGER NOT NULL REFERENCES instruments(instrument_id),
  buyer_account VARCHAR REFERENCES accounts(account_no),
  seller_account VARCHAR REFERENCES accounts(account_no),
  traded_at TIMESTAMP NOT NULL,
  quantity INTEGER NOT NULL,
  price DECIMAL(10,2) NOT NULL,
  fee DECIMAL(8,2) NOT NULL,
  channel VARCHAR NOT NULL,
  status VARCHAR NOT NULL,
  settled_on DATE
);
COMMENT ON TABLE trades IS 'All trades, also pending and failed ones. If both account columns are filled, two of our customers traded with each other';
COMMENT ON COLUMN trades.buyer_account IS 'Empty when bought by a party outside the house';
COMMENT ON COLUMN trades.seller_account IS 'Empty when sold by a party outside the house';
COMMENT ON COLUMN trades.price IS 'EUR per unit; the value of a trade is quantity times price';
COMMENT ON COLUMN trades.status IS 'settled, pending or failed';
INSERT INTO trades
WITH c AS (
  SELECT i, 1 + h(i, 3, 16) AS ins, DATE '2023-01-09' + (i * 900 // 1300)::INT AS d,
    'A-' || (1001 + CASE WHEN h(i, 4, 6) = 0 THEN 14 WHEN h(i, 4, 6) = 1 THEN 7 ELSE h(i, 5, 28) END) AS b,
    'A-' || (1001 + CASE WHEN h(i, 6, 7) = 0 THEN 2 ELSE h(i, 7, 28) END) AS s, h(i, 8, 10) AS side
  FROM generate_series(1, 1300) g(i)
), f AS (
  SELECT c.*, CASE WHEN side < 6 THEN b END AS buyer, CASE WHEN side >= 5 THEN s END AS seller FROM c
  JOIN accounts ab ON ab.account_no = b JOIN accounts sa ON sa.account_no = s
  WHERE isodow(d) < 6 AND b <> s AND (side >= 6 OR (d >= ab.opened_on AND (ab.closed_on IS NULL OR d < ab.closed_on))) AND (side < 5 OR (d > sa.opened_on + 20 AND (sa.closed_on IS NULL OR d < sa.closed_on)))
), p AS (
  SELECT *, 5 * (1 + h(i, 9, 40)) AS qty, round(px(ins, d) * (1 + (h(i, 10, 11) - 5) / 800.0), 2) AS pr, h(i, 11, 25) AS st FROM f WHERE NOT (ins = 12 AND d < DATE '2023-09-01') AND ins <> 13
)
SELECT row_number() OVER (ORDER BY d, i), ins, buyer, seller, d + to_minutes(560 + h(i, 12, 470)), qty, pr, round(4.9 + qty * pr * 0.0012, 2),
  ['app','app','web','phone','web','app','advisor'][1 + h(i, 13, 7)],
  CASE WHEN st = 0 THEN 'failed' WHEN d > DATE '2025-06-18' THEN 'pending' ELSE 'settled' END,
  CASE WHEN st > 0 AND d <= DATE '2025-06-18' THEN d + 2 + CASE WHEN h(i, 14, 9) = 0 THEN h(i, 15, 5) ELSE 0 END END
FROM p;

CREATE TABLE cash_movements (
  movement_id INTEGER PRIMARY KEY,
  account_no VARCHAR NOT NULL REFERENCES accounts(account_no),
  booked_on DATE NOT NULL,
  kind VARCHAR NOT NULL,
  amount DECIMAL(12,2) NOT NULL,
  note VARCHAR
);
COMMENT ON COLUMN cash_movements.kind IS 'deposit, withdrawal, dividend or custody fee';
COMMENT ON COLUMN cash_movements.amount IS 'EUR, negative when money leaves the account';
INSERT INTO cash_movements
WITH c AS (SELECT i, 'A-' || (1001 + h(i, 20, 27)) AS a, DATE '2023-01-10' + (i * 895 // 560)::INT AS d, h(i, 21, 12) AS k FROM generate_series(1, 560) g(i))
SELECT row_number() OVER (ORDER BY i), a, d, CASE WHEN k < 5 THEN 'deposit' WHEN k < 8 THEN 'withdrawal' WHEN k < 11 THEN 'dividend' ELSE 'custody fee' END,
  CASE WHEN k < 5 THEN 250 * (1 + h(i, 22, 40)) WHEN k < 8 THEN -100 * (1 + h(i, 23, 60)) - 2500 * h(i, 27, 4) WHEN k < 11 THEN 12 + h(i, 24, 30000) / 100.0 ELSE -(9 + h(i, 25, 8) * 3) END,
  CASE WHEN k IN (0, 6) THEN ['Monthly saving plan','Transfer from savings','Tax payment','Holiday'][1 + h(i, 26, 2) + CASE WHEN k = 6 THEN 2 ELSE 0 END] END
FROM c JOIN accounts ON account_no = a WHERE d >= opened_on AND (closed_on IS NULL OR d < closed_on);
