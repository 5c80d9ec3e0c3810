CREATE TEMP MACRO r(seed, i) AS (hash(seed || ':' || i::VARCHAR) % 1000003)::DOUBLE / 1000003;
CREATE TEMP MACRO pick(l, x, skew) AS l[1 + least(floor(pow(x, skew) * len(l))::INT, len(l)::INT - 1)];

CREATE TABLE employees (
  employee_id INTEGER PRIMARY KEY,
  full_name VARCHAR NOT NULL,
  team VARCHAR NOT NULL,
  office VARCHAR NOT NULL,
  hired_on DATE NOT NULL,
  manager_id INTEGER REFERENCES employees (employee_id)
);
CREATE TABLE plans (
  plan_id INTEGER PRIMARY KEY,
  product VARCHAR NOT NULL,
  edition VARCHAR NOT NULL,
  price_per_seat DECIMAL(8,2) NOT NULL,
  launched_on DATE NOT NULL,
  retired_on DATE
);
CREATE TABLE accounts (
  account_id INTEGER PRIMARY KEY,
  company_name VARCHAR NOT NULL,
  industry VARCHAR NOT NULL,
  country VARCHAR NOT NULL,
  headcount INTEGER,
  lead_source VARCHAR NOT NULL,
  signed_up_on DATE NOT NULL,
  csm_id INTEGER REFERENCES employees (employee_id)
);
CREATE TABLE subscriptions (
  subscription_id INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES accounts (account_id),
  plan_id INTEGER NOT NULL REFERENCES plans (plan_id),
  billing_cycle VARCHAR NOT NULL,
  seats_bought INTEGER NOT NULL,
  mrr DECIMAL(10,2) NOT NULL,
  started_on DATE NOT NULL,
  ended_on DATE,
  cancel_reason VARCHAR
);
CREATE TABLE invoices (
  invoice_id INTEGER PRIMARY KEY,
  subscription_id INTEGER NOT NULL REFERENCES subscriptions (subscription_id),
  issued_on DATE NOT NULL,
  due_on DATE NOT NULL,
  paid_on DATE,
  amount DECIMAL(10,2) NOT NULL,
  status VARCHAR NOT NULL
);
CREATE TABLE seats (
  seat_id INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES accounts (account_id),
  user_email VARCHAR NOT NULL,
  role VARCHAR NOT NULL,
  invited_on DATE NOT NULL,
  last_login_on DATE
);
CREATE TABLE tickets (
  ticket_id INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES accounts (account_id),
  assignee_id INTEGER REFERENCES employees (employee_id),
  topic VARCHAR NOT NULL,
  priority VARCHAR NOT NULL,
  channel VARCHAR NOT NULL,
  opened_on DATE NOT NULL,
  resolved_on DATE,
  csat INTEGER
);
CREATE TABLE api_usage (
  account_id INTEGER NOT NULL REFERENCES accounts (account_id),
  usage_month DATE NOT NULL,
  api_calls BIGINT NOT NULL,
  failed_calls BIGINT NOT NULL,
  storage_gb DECIMAL(8,1),
  PRIMARY KEY (account_id, usage_month)
);
COMMENT ON TABLE accounts IS 'Customer companies';
COMMENT ON COLUMN accounts.headcount IS 'Number of people working at the company; NULL: not known';
COMMENT ON COLUMN accounts.csm_id IS 'Customer success manager; NULL: none assigned';
COMMENT ON COLUMN plans.price_per_seat IS 'List price per seat and month, USD';
COMMENT ON COLUMN plans.retired_on IS 'NULL: still on sale';
COMMENT ON COLUMN subscriptions.mrr IS 'Monthly recurring revenue after discount, USD; ARR = 12 * MRR. Current MRR counts running subscriptions only';
COMMENT ON COLUMN subscriptions.ended_on IS 'Day the subscription was cancelled (churned); NULL: still running';
COMMENT ON COLUMN subscriptions.cancel_reason IS 'NULL: still running, or no reason given';
COMMENT ON COLUMN invoices.paid_on IS 'NULL: not paid';
COMMENT ON COLUMN invoices.amount IS 'USD. Billed amount = invoices issued, without status void';
COMMENT ON COLUMN invoices.status IS 'paid, open or void (issued by mistake)';
COMMENT ON TABLE seats IS 'One row per user of an account';
COMMENT ON COLUMN seats.last_login_on IS 'NULL: never logged in';
COMMENT ON COLUMN tickets.assignee_id IS 'Support agent; NULL: nobody assigned';
COMMENT ON COLUMN tickets.resolved_on IS 'NULL: still open';
COMMENT ON COLUMN tickets.csat IS 'Satisfaction score from 1 (bad) to 5 (great); NULL: not rated';
COMMENT ON COLUMN api_usage.usage_month IS 'First day of the month';
COMMENT ON COLUMN api_usage.failed_calls IS 'Part of api_calls; error rate = failed_calls / api_calls';
COMMENT ON COLUMN api_usage.storage_gb IS 'NULL: not measured';

INSERT INTO employees VALUES
 (1,'Marta Lindqvist','Support','Stockholm','2022-01-10',NULL),
 (2,'Owen Hartley','Customer Success','Boston','2022-01-17',NULL),
 (3,'Priya Raman','Sales','Boston','2022-02-01',NULL);
INSERT INTO employees VALUES
 (4,'Jonas Feld','Support','Berlin','2022-02-14',1),
 (5,'Chloe Baptiste','Support','Boston','2022-03-07',1),
 (6,'Tariq Mansour','Support','Berlin','2022-05-16',1),
 (7,'Ines Carvalho','Support','Stockholm','2022-08-22',1),
 (8,'Ben Okafor','Support','Boston','2022-11-03',1);
INSERT INTO employees VALUES
 (9,'Hanna Virtanen','Support','Stockholm','2023-02-20',4),
 (10,'Diego Salas','Support','Austin','2023-06-12',4),
 (11,'Yuki Tanabe','Support','Austin','2023-10-09',4),
 (12,'Lena Brandt','Support','Berlin','2024-01-15',4),
 (13,'Sam Whitlock','Support','Boston','2024-05-06',5),
 (14,'Anouk Visser','Support','Berlin','2024-11-18',5),
 (15,'Grace Adeyemi','Customer Success','Boston','2022-03-21',2),
 (16,'Felix Hoffmann','Customer Success','Berlin','2022-06-13',2),
 (17,'Naomi Kessler','Customer Success','Boston','2022-10-10',2),
 (18,'Rafael Pinto','Customer Success','Austin','2023-03-27',2),
 (19,'Sofia Eklund','Customer Success','Stockholm','2023-09-04',2),
 (20,'Kavita Nair','Customer Success','Austin','2024-02-12',2),
 (21,'Tom Bradshaw','Customer Success','Boston','2024-09-30',2),
 (22,'Elise Moreau','Sales','Berlin','2022-04-25',3),
 (23,'Marcus Doyle','Sales','Boston','2022-09-19',3),
 (24,'Aiko Mori','Sales','Austin','2023-05-15',3),
 (25,'Peter Novak','Sales','Berlin','2024-03-11',3);

INSERT INTO plans VALUES
 (1,'Relay Chat','Free',0,'2022-01-01',NULL),
 (2,'Relay Chat','Starter',9,'2022-01-01',NULL),
 (3,'Relay Chat','Team',19,'2022-01-01',NULL),
 (4,'Relay Chat','Business',35,'2022-01-01',NULL),
 (5,'Relay Chat','Enterprise',59,'2022-04-01',NULL),
 (6,'Relay Flow','Starter',14,'2022-01-01','2024-06-30'),
 (7,'Relay Flow','Team',27,'2022-01-01',NULL),
 (8,'Relay Flow','Business',44,'2022-01-01',NULL),
 (9,'Relay Flow','Enterprise',72,'2022-07-01',NULL),
 (10,'Relay Insight','Starter',17,'2022-10-01','2023-12-31'),
 (11,'Relay Insight','Team',29,'2022-10-01',NULL),
 (12,'Relay Insight','Business',52,'2022-10-01',NULL),
 (13,'Relay Insight','Enterprise',88,'2023-01-15',NULL),
 (14,'Relay Vault','Team',12,'2023-05-01',NULL),
 (15,'Relay Vault','Business',22,'2023-05-01',NULL),
 (16,'Relay Vault','Enterprise',41,'2023-05-01',NULL),
 (17,'Relay Voice','Starter',11,'2022-01-01','2023-03-31'),
 (18,'Relay Voice','Team',24,'2022-01-01','2024-09-30'),
 (19,'Relay Voice','Business',39,'2022-06-01','2024-09-30'),
 (20,'Relay Assist','Business',33,'2024-10-15',NULL),
 (21,'Relay Assist','Enterprise',64,'2024-10-15',NULL);

INSERT INTO accounts
SELECT i,
  (['Alder','Beacon','Cobalt','Dorsal','Ember','Fjord','Granite','Harbor','Indigo','Juniper','Kestrel','Lumen','Maple','Nimbus','Opal','Pioneer','Quartz','Redwood','Saffron','Tundra','Umbra','Vertex','Willow','Xenon','Yarrow','Zephyr','Anchor','Basalt','Cinder','Drift','Echo','Falcon','Glacier','Hazel','Iris','Jasper','Keystone','Larch','Meridian','Nova','Orchard','Prairie','Quill','Raven','Sierra','Thistle','Upland','Vantage','Wren','Yellowtail'])[1 + i % 50]
  || ' ' || (['Logistics','Health','Labs','Robotics','Foods','Partners','Media','Energy','Bank','Studios','Software','Retail'])[1 + ((i // 50) * 5 + i) % 12],
  pick(['Software','Retail','Healthcare','Logistics','Finance','Media','Manufacturing','Education','Energy'], r('ind', i), 1.5),
  pick(['United States','Germany','United Kingdom','Canada','France','Netherlands','India','Sweden','Australia','Brazil','Japan'], r('cty', i), 1.9),
  CASE WHEN r('hcn', i) < 0.11 THEN NULL ELSE (8 + pow(r('hc', i), 5) * 9000 + r('hc2', i) * 60)::INT END,
  pick(['organic search','referral','paid ads','webinar','partner','trade fair'], r('ls', i), 1.6),
  DATE '2022-01-03' + floor(pow(r('su', i), 0.85) * 1085)::INT,
  CASE WHEN r('csmn', i) < 0.22 THEN NULL ELSE pick([15, 2, 17, 16, 18, 19, 20], r('csm', i), 1.5) END
FROM range(1, 251) t(i);

INSERT INTO subscriptions
WITH raw AS (
  SELECT account_id AS a, n, signed_up_on + floor(CASE n WHEN 1 THEN r('sd', account_id) * 12 ELSE 40 + r('sd' || n, account_id) * 420 END)::INT AS st,
    pick([2, 3, 4, 7, 1, 8, 11, 5, 9, 18, 12, 15, 6, 14, 16, 13, 19, 20, 10, 17, 21], r('pl' || n, account_id), 1.4) AS p,
    (2 + pow(r('sb' || n, account_id), 3.2) * 95)::INT AS s
  FROM accounts, range(1, 5) u(n)
  WHERE r('has' || n, account_id) < CASE n WHEN 1 THEN 0.93 WHEN 2 THEN 0.6 WHEN 3 THEN 0.3 ELSE 0.06 END
), ok AS (
  SELECT *, row_number() OVER (ORDER BY st, a, n) AS id
  FROM raw JOIN plans ON p = plan_id
  WHERE st >= launched_on AND st <= coalesce(retired_on, DATE '2024-12-30') AND st <= DATE '2024-12-30'
), fin AS (
  SELECT *, CASE WHEN r('end', id) < CASE edition WHEN 'Starter' THEN 0.75 WHEN 'Team' THEN 0.5 WHEN 'Enterprise' THEN 0.3 ELSE 0.5 END
      AND st + (40 + floor(pow(r('el', id), 1.3) * 560)::INT) <= DATE '2024-12-29' THEN st + (40 + floor(pow(r('el', id), 1.3) * 560)::INT) END AS en
  FROM ok
)
SELECT id, a, plan_id,
  CASE WHEN r('bc', id) < 0.24 THEN 'monthly' WHEN r('bc', id) < 0.55 THEN 'quarterly' ELSE 'annual' END,
  s, round(s * price_per_seat * (1 - pick([0, 0, 0.05, 0.1, 0.15, 0.2], r('dis', id), 1)), 2), st, en,
  CASE WHEN en IS NOT NULL AND r('crn', id) > 0.17 THEN pick(['too expensive','missing features','switched to competitor','no longer needed','company closed','poor support'], r('cr', id), 1.5) END
FROM fin ORDER BY id;

INSERT INTO seats
SELECT row_number() OVER (ORDER BY account_id, k), account_id,
  lower((['anna','ben','carla','david','eva','frank','gita','hugo','ida','jack','karin','leo','mina','noah','olga','paul','rosa','steve','tina','victor'])[1 + (account_id * 7 + k) % 20]) || k
    || '@' || lower(replace(company_name, ' ', '')) || '.com',
  pick(['editor','viewer','admin','billing contact'], r('role', account_id * 100 + k), 2.2),
  inv,
  CASE WHEN r('nl', account_id * 100 + k) < 0.14 THEN NULL ELSE inv + floor(pow(r('ll', account_id * 100 + k), 0.4) * (DATE '2024-12-30' - inv))::INT END
FROM (SELECT account_id, company_name, k, least(DATE '2024-12-30', signed_up_on + floor(r('inv', account_id * 100 + k) * 300)::INT) AS inv
  FROM accounts, range(1, 41) u(k) WHERE k <= 1 + pow(r('ns', account_id), 2.6) * 24 AND r('noseat', account_id) > 0.05);

INSERT INTO invoices
WITH due AS (
  SELECT s.*, k, s.started_on + to_months((k * CASE billing_cycle WHEN 'monthly' THEN 1 WHEN 'quarterly' THEN 3 ELSE 12 END)::INT) AS iss
  FROM subscriptions s, range(0, 36) u(k) WHERE mrr > 0
), kept AS (
  SELECT *, row_number() OVER (ORDER BY iss, subscription_id) AS id FROM due
  WHERE iss::DATE <= coalesce(ended_on, DATE '2024-12-31')
), x AS (
  SELECT *, iss::DATE AS d, iss::DATE + floor(pow(r('pd', id), 1.7) * 70)::INT AS p, r('void', id) < 0.025 AS v, r('np', id) < 0.045 AS np FROM kept
)
SELECT id, subscription_id, d, d + 30, CASE WHEN v OR np OR p > DATE '2024-12-31' THEN NULL ELSE p END,
  round(mrr * CASE billing_cycle WHEN 'monthly' THEN 1 WHEN 'quarterly' THEN 3 ELSE 12 END, 2),
  CASE WHEN v THEN 'void' WHEN np OR p > DATE '2024-12-31' THEN 'open' ELSE 'paid' END
FROM x ORDER BY id;

INSERT INTO tickets
WITH raw AS (
  SELECT i, pick(range(1, 251), r('ta', i), 1.0)::INT AS a0, pow(r('to', i), 1.25) AS x FROM range(1, 1700) t(i)
), acc AS (
  SELECT i, account_id, signed_up_on + floor(x * (DATE '2024-12-30' - signed_up_on))::INT AS o
  FROM raw JOIN accounts ON account_id = 1 + floor(pow(r('tb', a0), 1.0) * 170)::INT
  WHERE r('th', account_id) > 0.1
), num AS (SELECT *, row_number() OVER (ORDER BY o, i) AS id FROM acc)
SELECT id, account_id,
  CASE WHEN r('tn', id) < 0.06 THEN NULL ELSE (SELECT e.employee_id FROM (SELECT pick([5, 4, 7, 6, 8, 9, 10, 11, 12, 13], r('as', id), 1.3) AS p) JOIN employees e ON e.employee_id = CASE WHEN (SELECT hired_on FROM employees WHERE employee_id = p) <= o THEN p ELSE 1 END) END,
  pick(['how-to','bug','billing','integration','login','feature request'], r('tt', id), 1.3),
  pick(['normal','low','high','urgent'], r('tp', id), 1.5),
  pick(['email','chat','phone'], r('tc', id), 1.6),
  o,
  CASE WHEN r('tr', id) < 0.05 OR o + floor(pow(r('tl', id), 2.5) * 24)::INT > DATE '2024-12-31' THEN NULL ELSE o + floor(pow(r('tl', id), 2.5) * 24)::INT END,
  CASE WHEN r('tr', id) < 0.05 OR o + floor(pow(r('tl', id), 2.5) * 24)::INT > DATE '2024-12-31' OR r('cs', id) < 0.45 THEN NULL ELSE pick([5, 4, 3, 5, 2, 1], r('csx', id), 1.3) END
FROM num WHERE o >= DATE '2022-01-05' ORDER BY id;

INSERT INTO api_usage
SELECT account_id, m::DATE, calls, floor(calls * (0.002 + pow(r('fe', account_id * 1000 + mi), 3) * 0.06))::BIGINT,
  CASE WHEN r('sg', account_id * 1000 + mi) < 0.07 THEN NULL ELSE round(5 + pow(r('sz', account_id), 3) * 800 + mi * r('sgr', account_id) * 6, 1) END
FROM (
  SELECT account_id, signed_up_on, m, mi,
    (400 + pow(r('vol', account_id), 4) * 90000 * (0.6 + mi * 0.03) * (0.7 + 0.6 * r('mv', account_id * 1000 + mi)) + 300 * r('mw', account_id * 1000 + mi))::BIGINT AS calls
  FROM accounts, (SELECT unnest(generate_series(DATE '2022-01-01', DATE '2024-12-01', INTERVAL 1 MONTH)) AS m, generate_subscripts(generate_series(DATE '2022-01-01', DATE '2024-12-01', INTERVAL 1 MONTH), 1) AS mi)
  WHERE r('api', account_id) < 0.48 AND m >= date_trunc('month', signed_up_on) AND r('gap', account_id * 1000 + mi) > 0.04
);
