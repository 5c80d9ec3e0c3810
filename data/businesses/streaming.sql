CREATE TEMP MACRO rnd(i, salt, n) AS CAST(hash(i, salt) % n AS INTEGER);

CREATE TABLE plans (plan_id INTEGER PRIMARY KEY, plan_name VARCHAR NOT NULL, monthly_price DECIMAL(5,2) NOT NULL, max_screens INTEGER NOT NULL, has_ads BOOLEAN NOT NULL);
INSERT INTO plans VALUES (1,'Basic with Ads',5.99,1,true),(2,'Standard',10.99,2,false),(3,'Premium',15.99,4,false),(4,'Student',6.49,1,false),(5,'Family Plus',18.99,6,false),(6,'Mobile Only',3.99,1,true),(7,'Duo',12.99,2,false),(8,'Cinema Weekend',8.49,2,false);

CREATE TABLE accounts (account_id INTEGER PRIMARY KEY, email VARCHAR NOT NULL UNIQUE, country VARCHAR NOT NULL, birth_year INTEGER, signed_up_on DATE NOT NULL, source VARCHAR, referred_by INTEGER REFERENCES accounts);
COMMENT ON COLUMN accounts.source IS 'where the account came from: organic, ad, referral, partner; empty if unknown';
COMMENT ON COLUMN accounts.referred_by IS 'account that invited this one';
CREATE TEMP MACRO acc(lo, hi) AS TABLE
SELECT i,
  (['alma','bruno','carla','diego','eva','felix','gina','henrik','irene','joao','kim','luca','mia','nora','otto','petra','quentin','rita','sven','tina'])[(i % 20) + 1] || '.' ||
  (['abel','berg','costa','dahl','ek','fuchs','gallo','holm','ivers','juhl','koch','lund','maier','nunes','oliva','paez','roth','silva','thal','urban','vogel','wirth','zorn'])[((i * 7 + i // 20) % 23) + 1] || '@' ||
  (['mailbox.example','post.example','inbox.example'])[rnd(i, 1, 3) + 1],
  (['Germany','Germany','Spain','Portugal','Italy','Sweden','Denmark','Brazil','France'])[rnd(i, 2, 9) + 1],
  CASE WHEN rnd(i, 3, 10) > 0 THEN 1955 + rnd(i, 4, 52) END,
  DATE '2023-01-02' + CAST(i * 3.55 AS INTEGER) + rnd(i, 5, 9),
  CASE WHEN rnd(i, 6, 7) = 0 AND i > 30 THEN 'referral' WHEN rnd(i, 6, 7) = 1 AND i % 3 = 0 THEN NULL ELSE (['organic','organic','ad','ad','partner'])[rnd(i, 7, 5) + 1] END,
  CASE WHEN rnd(i, 6, 7) = 0 AND i > 30 AND rnd(i, 8, 8) > 0 THEN 1 + rnd(i, 9, 26) END
FROM generate_series(lo, hi) g(i);
INSERT INTO accounts FROM acc(1, 30);
INSERT INTO accounts FROM acc(31, 250);

CREATE TABLE subscriptions (subscription_id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES accounts, plan_id INTEGER NOT NULL REFERENCES plans, started_on DATE NOT NULL, ended_on DATE, is_trial BOOLEAN NOT NULL, end_reason VARCHAR);
COMMENT ON TABLE subscriptions IS 'One row per stretch of time on one plan; an account may have several one after the other';
COMMENT ON COLUMN subscriptions.ended_on IS 'empty while running';
COMMENT ON COLUMN subscriptions.end_reason IS 'cancelled, plan change, payment failed or trial over; empty while running';
INSERT INTO subscriptions
WITH base AS (
  SELECT a.account_id, k, signed_up_on AS su, rnd(a.account_id, 11, 3) AS tr, account_id * 10 + k AS z FROM accounts a CROSS JOIN generate_series(0, 4) g(k) WHERE rnd(a.account_id, 12, 17) > 0),
len AS (SELECT *, CASE WHEN k = 0 THEN CASE WHEN tr = 0 THEN 0 ELSE 14 END ELSE 40 + rnd(z, 13, 290) END AS days, CASE WHEN k > 1 AND rnd(z, 14, 3) = 0 THEN 15 + rnd(z, 15, 120) ELSE 0 END AS gap,
   CASE WHEN k = 0 THEN 'trial over' WHEN rnd(z, 16, 8) = 0 THEN 'payment failed' WHEN rnd(z, 16, 8) < 5 THEN 'cancelled' ELSE 'plan change' END AS why FROM base),
pos AS (SELECT *, su + CAST(sum(days + gap) OVER (PARTITION BY account_id ORDER BY k) AS INTEGER) - days AS st, sum(CASE WHEN why IN ('cancelled', 'payment failed') AND rnd(z, 17, 3) > 0 OR k = 0 AND rnd(account_id, 18, 6) = 0 THEN 1 ELSE 0 END) OVER (PARTITION BY account_id ORDER BY k ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS stopped FROM len)
SELECT row_number() OVER (ORDER BY st, z), account_id, (ARRAY[1,1,2,2,2,3,3,4,5])[rnd(CASE WHEN k = 0 THEN z + 1 ELSE z END, 19, 9) + 1], st, CASE WHEN st + days <= DATE '2025-06-30' THEN st + days END, k = 0,
  CASE WHEN st + days <= DATE '2025-06-30' THEN why END
FROM pos WHERE days > 0 AND st <= DATE '2025-06-28' AND coalesce(stopped, 0) = 0;

CREATE TABLE titles (title_id INTEGER PRIMARY KEY, title VARCHAR NOT NULL, kind VARCHAR NOT NULL, release_year INTEGER NOT NULL, runtime_min INTEGER NOT NULL, language VARCHAR NOT NULL, added_on DATE NOT NULL, is_original BOOLEAN NOT NULL);
COMMENT ON COLUMN titles.kind IS 'film, series or documentary';
COMMENT ON COLUMN titles.runtime_min IS 'minutes; of one episode for a series';
COMMENT ON COLUMN titles.is_original IS 'our own production';
INSERT INTO titles VALUES
(1,'The Salt Road','film',2019,112,'English','2023-01-02',false),(2,'Nachtfahrt','series',2021,48,'German','2023-01-02',true),(3,'Les Heures Bleues','film',2016,97,'French','2023-01-02',false),(4,'Harbour Lights','series',2020,44,'English','2023-01-02',true),
(5,'Mar Adentro Norte','documentary',2018,81,'Spanish','2023-01-20',false),(6,'The Quiet Algorithm','documentary',2022,76,'English','2023-02-11',true),(7,'Cinco Ventanas','film',2022,124,'Spanish','2023-03-03',false),(8,'Vinter i Skagen','series',2022,52,'Danish','2023-03-17',true),
(9,'Paper Tigers','film',2008,101,'English','2023-04-01',false),(10,'Robô de Papel','film',2021,84,'Portuguese','2023-04-28',true),(11,'Under the Ash','series',2023,55,'English','2023-05-12',true),(12,'Il Conte Perduto','film',1998,131,'Italian','2023-06-01',false),
(13,'Grandma Steals a Bus','film',2023,93,'English','2023-06-23',true),(14,'Die Bienen von Lindau','documentary',2020,69,'German','2023-07-07',false),(15,'Stadt ohne Schlaf','series',2023,46,'German','2023-08-18',true),(16,'O Farol','film',2023,106,'Portuguese','2023-09-01',true),
(17,'Twelve Rivers','documentary',2023,58,'English','2023-09-29',true),(18,'Midnight Bakery','series',2022,28,'English','2023-10-13',false),(19,'La Última Nota','film',2011,118,'Spanish','2023-11-03',false),(20,'Snefald','film',2023,99,'Danish','2023-12-08',true),
(21,'Captain Pickle','series',2023,12,'English','2023-12-15',true),(22,'Orbit Nine','film',2024,138,'English','2024-01-26',true),(23,'Piccoli Passi','series',2021,41,'Italian','2024-02-16',false),(24,'Rost','film',2024,109,'German','2024-03-22',true),
(25,'The Last Typesetter','documentary',2024,87,'English','2024-04-12',true),(26,'Bossa','series',2024,39,'Portuguese','2024-05-24',true),(27,'Fyrvaktaren','film',2015,103,'Swedish','2024-06-14',false),(28,'Small Claims','series',2024,31,'English','2024-08-02',true),
(29,'Le Chien du Facteur','film',2020,88,'French','2024-09-06',false),(30,'Glass Kingdom','series',2024,57,'English','2024-10-18',true),(31,'Deep Field','documentary',2024,92,'English','2024-11-22',false),(32,'Julnatt','film',2024,95,'Swedish','2024-12-06',true),
(33,'The Understudy','film',2025,116,'English','2025-02-14',true),(34,'Zwei Ufer','series',2025,50,'German','2025-04-04',true),(35,'Verde','documentary',2025,64,'Portuguese','2025-05-16',true),(36,'Old Ferry Songs','film',1987,90,'English','2025-06-20',false);

CREATE TABLE title_genres (title_id INTEGER NOT NULL REFERENCES titles, genre VARCHAR NOT NULL, PRIMARY KEY (title_id, genre));
INSERT INTO title_genres VALUES (1,'Drama'),(1,'Adventure'),(2,'Crime'),(2,'Thriller'),(3,'Drama'),(3,'Romance'),(4,'Drama'),(4,'Crime'),(5,'Nature'),(6,'Science'),(7,'Thriller'),(8,'Crime'),(8,'Drama'),(9,'Comedy'),(9,'Family'),(10,'Family'),(10,'Animation'),
(11,'Sci-Fi'),(11,'Thriller'),(12,'Drama'),(13,'Comedy'),(13,'Family'),(14,'Nature'),(15,'Thriller'),(15,'Drama'),(16,'Drama'),(16,'Romance'),(17,'Nature'),(17,'Science'),(18,'Comedy'),(19,'Drama'),(19,'Music'),(20,'Romance'),(20,'Comedy'),(21,'Animation'),(21,'Family'),(21,'Comedy'),
(22,'Sci-Fi'),(22,'Adventure'),(23,'Family'),(23,'Drama'),(24,'Thriller'),(24,'Crime'),(25,'History'),(26,'Music'),(26,'Romance'),(27,'Drama'),(28,'Comedy'),(29,'Comedy'),(29,'Family'),(30,'Sci-Fi'),(30,'Adventure'),(30,'Drama'),(31,'Science'),(32,'Romance'),(32,'Family'),(33,'Drama'),(33,'Comedy'),(34,'Romance'),(34,'Drama'),(35,'Nature');

CREATE TABLE sessions (session_id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES accounts, title_id INTEGER NOT NULL REFERENCES titles, device VARCHAR NOT NULL, started_at TIMESTAMP NOT NULL, minutes_watched DECIMAL(5,1) NOT NULL, finished BOOLEAN NOT NULL);
COMMENT ON TABLE sessions IS 'Viewing sessions; only accounts with a running subscription can watch';
COMMENT ON COLUMN sessions.finished IS 'watched to the end credits (of the film or the episode)';
INSERT INTO sessions
WITH cand AS (
  SELECT i, s.*, s.started_on + CAST((rnd(i, 32, 9999) / 9999.0) * (coalesce(s.ended_on, DATE '2025-06-30') - s.started_on - 1) AS INTEGER) AS d
  FROM generate_series(1, 2600) g(i) JOIN subscriptions s ON s.subscription_id = 1 + CAST(floor((SELECT count(*) FROM subscriptions) * pow(rnd(i, 31, 10000) / 10000.0, 1.25)) AS INTEGER)
  WHERE NOT (s.account_id % 19 = 4)),
pick AS (SELECT c.*, t.title_id, t.runtime_min, row_number() OVER (PARTITION BY i ORDER BY pow(rnd(i * 100 + t.title_id, 33, 100000) / 100000.0, 0.4 + rnd(t.title_id, 34, 20) / 7.0) DESC) AS rn FROM cand c JOIN titles t ON t.added_on <= c.d),
one AS (SELECT *, CAST(d AS TIMESTAMP) + to_minutes(CASE WHEN rnd(i, 35, 3) > 0 THEN 1020 + rnd(i, 36, 410) ELSE 400 + rnd(i, 37, 900) END) AS ts, rnd(i, 38, 100) AS x FROM pick WHERE rn = 1 AND i % 4 > 0)
SELECT row_number() OVER (ORDER BY ts, i), account_id, title_id, (['tv','tv','tv','phone','phone','tablet','laptop'])[rnd(i, 39, 7) + 1], ts,
  CASE WHEN x < 56 THEN runtime_min ELSE round(runtime_min * rnd(i, 40, 930) / 1000.0 + 0.5, 1) END, x < 56 FROM one;

CREATE TABLE ratings (account_id INTEGER NOT NULL REFERENCES accounts, title_id INTEGER NOT NULL REFERENCES titles, stars INTEGER NOT NULL, rated_on DATE NOT NULL, PRIMARY KEY (account_id, title_id));
COMMENT ON COLUMN ratings.stars IS '1 (worst) to 5 (best)';
INSERT INTO ratings
SELECT account_id, title_id, CASE WHEN f THEN least(5, 2 + rnd(account_id * 100 + title_id, 42, 5)) ELSE 1 + rnd(account_id * 100 + title_id, 43, 4) END, least(CAST(l AS DATE) + rnd(account_id * 100 + title_id, 44, 8), DATE '2025-06-30')
FROM (SELECT account_id, title_id, bool_or(finished) AS f, min(started_at) AS l FROM sessions GROUP BY ALL) WHERE rnd(account_id * 100 + title_id, 41, 10) < 3;

CREATE TABLE invoices (invoice_no VARCHAR PRIMARY KEY, subscription_id INTEGER NOT NULL REFERENCES subscriptions, issued_on DATE NOT NULL, amount DECIMAL(6,2) NOT NULL, discount DECIMAL(6,2) NOT NULL, paid_on DATE, status VARCHAR NOT NULL);
COMMENT ON TABLE invoices IS 'Monthly invoices of paid (not trial) subscriptions';
COMMENT ON COLUMN invoices.amount IS 'euros before the discount; due is amount less discount';
COMMENT ON COLUMN invoices.status IS 'paid, open, failed or refunded';
INSERT INTO invoices
SELECT 'INV-' || (500000 + row_number() OVER (ORDER BY iss, subscription_id)), subscription_id, iss, monthly_price, CASE WHEN rnd(z, 52, 9) = 0 THEN round(monthly_price * 0.2, 2) WHEN k = 0 AND rnd(subscription_id, 53, 4) = 0 THEN round(monthly_price / 2, 2) ELSE 0 END,
  CASE WHEN st IN ('paid', 'refunded') THEN least(iss + rnd(z, 54, 13), DATE '2025-06-30') END, st
FROM (SELECT *, CASE WHEN rnd(z, 51, 14) = 0 THEN 'failed' WHEN rnd(z, 51, 40) = 1 THEN 'refunded' WHEN iss > DATE '2025-06-16' AND rnd(z, 51, 3) < 2 THEN 'open' ELSE 'paid' END AS st FROM (
  SELECT s.*, p.monthly_price, k, s.subscription_id * 40 + k AS z, CAST(s.started_on + to_months(CAST(k AS INTEGER)) AS DATE) AS iss FROM subscriptions s JOIN plans p USING (plan_id) CROSS JOIN generate_series(0, 11) g(k) WHERE NOT is_trial)
  WHERE iss <= DATE '2025-06-30' AND (ended_on IS NULL OR iss < ended_on));
