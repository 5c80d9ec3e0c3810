CREATE TABLE branches (
  branch_id INTEGER PRIMARY KEY, branch_name VARCHAR, city VARCHAR, region VARCHAR,
  opened_on DATE, closed_on DATE, employee_count INTEGER
);
CREATE TABLE customers (
  customer_id INTEGER PRIMARY KEY, full_name VARCHAR, birth_date DATE, segment VARCHAR, city VARCHAR, email VARCHAR,
  home_branch_id INTEGER REFERENCES branches(branch_id), joined_on DATE, kyc_status VARCHAR, credit_score INTEGER
);
CREATE TABLE accounts (
  account_id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(customer_id),
  branch_id INTEGER REFERENCES branches(branch_id), account_type VARCHAR, status VARCHAR,
  opened_on DATE, closed_on DATE, balance DECIMAL(12,2), overdraft_limit DECIMAL(10,2)
);
CREATE TABLE cards (
  card_id INTEGER PRIMARY KEY, account_id INTEGER REFERENCES accounts(account_id), card_type VARCHAR, network VARCHAR,
  status VARCHAR, issued_on DATE, expires_on DATE, credit_limit DECIMAL(10,2)
);
CREATE TABLE merchants (
  merchant_id INTEGER PRIMARY KEY, merchant_name VARCHAR, category VARCHAR, city VARCHAR, onboarded_on DATE
);
CREATE TABLE transactions (
  transaction_id INTEGER PRIMARY KEY, account_id INTEGER REFERENCES accounts(account_id),
  card_id INTEGER REFERENCES cards(card_id), merchant_id INTEGER REFERENCES merchants(merchant_id),
  booked_at TIMESTAMP, transaction_type VARCHAR, channel VARCHAR, amount DECIMAL(10,2), status VARCHAR, is_fraud BOOLEAN
);
CREATE TABLE loans (
  loan_id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(customer_id),
  branch_id INTEGER REFERENCES branches(branch_id), loan_type VARCHAR, principal DECIMAL(12,2), interest_rate DECIMAL(5,2),
  term_months INTEGER, disbursed_on DATE, status VARCHAR
);
CREATE TABLE loan_instalments (
  instalment_id INTEGER PRIMARY KEY, loan_id INTEGER REFERENCES loans(loan_id), due_on DATE, amount_due DECIMAL(10,2), paid_on DATE
);
COMMENT ON COLUMN branches.closed_on IS 'NULL = still open';
COMMENT ON COLUMN customers.credit_score IS '300 to 850; NULL = never scored';
COMMENT ON COLUMN customers.kyc_status IS 'identity check: verified, pending or expired';
COMMENT ON COLUMN accounts.branch_id IS 'the branch that keeps the account, not always the home branch of the customer';
COMMENT ON COLUMN accounts.closed_on IS 'NULL = not closed';
COMMENT ON COLUMN accounts.balance IS 'EUR; below zero = overdrawn';
COMMENT ON COLUMN accounts.overdraft_limit IS 'EUR; NULL = no overdraft agreed';
COMMENT ON COLUMN cards.credit_limit IS 'EUR; credit cards only, NULL for debit cards';
COMMENT ON TABLE transactions IS 'Spend is the amount of completed purchases; declined and reversed transactions moved no money. Fraud counts whatever the status.';
COMMENT ON COLUMN transactions.card_id IS 'NULL = made without a card';
COMMENT ON COLUMN transactions.merchant_id IS 'only purchases have one';
COMMENT ON COLUMN transactions.amount IS 'EUR, never negative; transaction_type says which way the money went';
COMMENT ON COLUMN transactions.is_fraud IS 'confirmed fraud; NULL = still under investigation';
COMMENT ON TABLE loans IS 'Loan volume is the sum of principal, loans of every status';
COMMENT ON COLUMN loans.interest_rate IS 'per cent a year';
COMMENT ON TABLE loan_instalments IS 'Late = paid after the due date. Overdue = not paid and the due date has passed.';
COMMENT ON COLUMN loan_instalments.paid_on IS 'NULL = not paid yet';

CREATE TEMP MACRO u(i, s) AS (hash(i, s) % 1000003) / 1000003.0;

INSERT INTO branches VALUES
 (1,'Central Square','Lisbon','South','2022-01-03',NULL,46),(2,'Riverside','Porto','North','2022-01-03',NULL,31),
 (3,'Old Town','Lisbon','South','2022-01-17',NULL,27),(4,'University','Coimbra','Centre','2022-02-01',NULL,19),
 (5,'Harbour','Setubal','South','2022-02-14',NULL,16),(6,'Market Hall','Braga','North','2022-03-07',NULL,18),
 (7,'Station','Porto','North','2022-03-21',NULL,14),(8,'Airport','Faro','Algarve','2022-05-02',NULL,9),
 (9,'Parkside','Aveiro','Centre','2022-06-13',NULL,12),(10,'Lakeview','Evora','Alentejo','2022-08-01','2024-03-31',7),
 (11,'Business Park','Lisbon','South','2022-09-05',NULL,22),(12,'Castle Hill','Leiria','Centre','2022-11-14',NULL,8),
 (13,'Marina','Lagos','Algarve','2023-01-09',NULL,10),(14,'Garden City','Cascais','South','2023-02-20',NULL,15),
 (15,'Mill Lane','Guimaraes','North','2023-05-15',NULL,6),(16,'Cathedral','Viseu','Centre','2023-06-05','2024-09-30',5),
 (17,'South Gate','Beja','Alentejo','2023-10-02',NULL,4),(18,'Tech Hub','Porto','North','2024-02-05',NULL,11),
 (19,'Ocean Drive','Albufeira','Algarve','2024-04-15',NULL,13),(20,'West Pier','Funchal','Islands','2024-11-18',NULL,3);

INSERT INTO customers
WITH f AS (SELECT ['Ana','Bruno','Carla','Duarte','Elena','Filipe','Gina','Hugo','Ines','Jorge','Katia','Luis','Marta','Nuno','Olga','Paulo','Rita','Samuel','Teresa','Vasco','Amelia','Bernard','Chloe','David','Emma','Felix','Greta','Henri','Isabel','Jonas','Laura','Mateo','Nadia','Oscar','Petra','Raul','Sofia','Tomas','Ursula','Victor'] AS first,
 ['Almeida','Barros','Cardoso','Duarte','Esteves','Ferreira','Gomes','Henriques','Jardim','Lopes','Marques','Neves','Oliveira','Pinto','Queiroz','Ramos','Santos','Tavares','Vieira','Xavier','Abreu','Baptista','Correia','Domingues','Faria','Garcia','Leal','Macedo','Nogueira','Pacheco','Rocha','Silva','Teixeira','Valente','Antunes','Brito','Coelho','Dias','Fonseca','Guerra','Lima','Moreira','Nunes','Pereira','Reis','Sousa','Torres','Vaz','Weber','Meyer','Rossi','Dubois','Novak','Jensen','Kowalski','Murphy','Larsen','Popescu','Costa','Mendes','Azevedo'] AS last,
 ['Lisbon','Lisbon','Lisbon','Lisbon','Porto','Porto','Porto','Braga','Braga','Coimbra','Coimbra','Setubal','Aveiro','Faro','Cascais','Cascais','Leiria','Evora','Lagos','Viseu'] AS towns)
SELECT i, first[(i * 11) % 40 + 1] || ' ' || last[(i * 17) % 61 + 1],
 DATE '1942-03-01' + (u(i,'birth') * 23300)::INTEGER,
 CASE WHEN u(i,'seg') < .52 THEN 'Retail' WHEN u(i,'seg') < .70 THEN 'Premium' WHEN u(i,'seg') < .84 THEN 'Student' WHEN u(i,'seg') < .95 THEN 'Business' ELSE 'Private Banking' END,
 towns[(u(i,'town') * 20)::INTEGER % 20 + 1],
 CASE WHEN u(i,'mail') < .87 THEN lower(first[(i * 11) % 40 + 1]) || '.' || lower(last[(i * 17) % 61 + 1]) || CASE WHEN u(i,'prov') < .5 THEN '@gmail.com' WHEN u(i,'prov') < .8 THEN '@outlook.com' ELSE '@sapo.pt' END END,
 1 + floor(18 * pow(u(i,'home'), 1.7))::INTEGER,
 DATE '2022-01-03' + (1085 * pow(u(i,'join'), 0.85))::INTEGER,
 CASE WHEN u(i,'kyc') < .86 THEN 'verified' WHEN u(i,'kyc') < .95 THEN 'pending' ELSE 'expired' END,
 CASE WHEN u(i,'sc') < .9 THEN (380 + 465 * pow(u(i,'score'), 0.6))::INTEGER END
FROM range(1, 651) r(i), f;

INSERT INTO accounts
WITH a AS (SELECT i, CASE WHEN i <= 590 THEN i ELSE 1 + floor(590 * pow(u(i,'who'), 1.6))::INTEGER END AS cid FROM range(1, 981) r(i)),
b AS (SELECT a.i, cid, home_branch_id, segment, joined_on,
  CASE WHEN segment = 'Business' AND u(i,'ty') < .6 THEN 'Business' WHEN u(i,'ty') < .58 THEN 'Checking' WHEN u(i,'ty') < .88 THEN 'Savings' ELSE 'Term Deposit' END AS ty,
  joined_on + (least(CASE WHEN i <= 590 THEN 9 ELSE 420 END, DATE '2024-12-29' - joined_on) * u(i,'op'))::INTEGER AS op,
  CASE WHEN u(i,'st') < .78 THEN 'active' WHEN u(i,'st') < .88 THEN 'dormant' WHEN u(i,'st') < .97 THEN 'closed' ELSE 'frozen' END AS st
  FROM a JOIN customers ON customer_id = cid)
SELECT i, cid, CASE WHEN home_branch_id IN (10, 16) AND op > DATE '2024-03-01' THEN home_branch_id - 9 WHEN u(i,'br') < .9 THEN home_branch_id ELSE 1 + floor(9 * u(i,'br2'))::INTEGER END, ty, st, op,
  CASE WHEN st = 'closed' THEN op + 1 + ((DATE '2024-12-30' - op) * u(i,'cl'))::INTEGER END,
  CASE WHEN st = 'closed' THEN 0 WHEN ty = 'Checking' AND u(i,'od') < .08 THEN -round(900 * u(i,'bal'), 2)
   ELSE round(pow(u(i,'bal'), 3) * CASE ty WHEN 'Checking' THEN 9000 WHEN 'Savings' THEN 42000 WHEN 'Term Deposit' THEN 90000 ELSE 160000 END
   * CASE segment WHEN 'Student' THEN .15 WHEN 'Premium' THEN 2 WHEN 'Private Banking' THEN 9 ELSE 1 END + 12.4, 2) END,
  CASE WHEN ty IN ('Checking','Business') AND u(i,'ol') < .55 THEN [500, 1000, 2000, 5000][1 + floor(4 * pow(u(i,'ol2'), 2))::INTEGER] * CASE WHEN ty = 'Business' THEN 5 ELSE 1 END END
FROM b;

INSERT INTO cards
WITH c AS (SELECT row_number() OVER (ORDER BY account_id, k) AS i, account_id, opened_on, status AS acc, k FROM accounts, range(2) r(k)
  WHERE account_type IN ('Checking','Business') AND u(account_id * 10 + k, 'has') < CASE k WHEN 0 THEN .88 ELSE .42 END),
d AS (SELECT *, CASE WHEN k = 0 THEN 'debit' ELSE 'credit' END AS ty, least(opened_on + (CASE k WHEN 0 THEN 20 ELSE 240 END * u(i,'iss'))::INTEGER, DATE '2024-12-29') AS iss FROM c)
SELECT i, account_id, ty, CASE WHEN u(i,'net') < .55 THEN 'Visa' WHEN u(i,'net') < .91 THEN 'Mastercard' ELSE 'Amex' END,
  CASE WHEN acc = 'closed' THEN 'cancelled' WHEN u(i,'cs') < .84 THEN 'active' WHEN u(i,'cs') < .91 THEN 'blocked' WHEN u(i,'cs') < .95 THEN 'lost' WHEN u(i,'cs') < .98 THEN 'stolen' ELSE 'cancelled' END,
  iss, (iss + INTERVAL 3 YEAR)::DATE, CASE WHEN ty = 'credit' THEN [750, 1500, 2500, 4000, 7500, 15000][1 + floor(6 * pow(u(i,'cl'), 1.6))::INTEGER] END
FROM d;

INSERT INTO merchants
SELECT row_number() OVER (), m.n, m.c, m.t, DATE '2022-01-05' + (900 * u(m.n,'on'))::INTEGER FROM (VALUES
 ('Mercado Verde','Groceries','Lisbon'),('FreshBox','Groceries','Porto'),('Super Sol','Groceries','Faro'),('Quinta Foods','Groceries','Braga'),('Corner Basket','Groceries','Lisbon'),('Daily Pantry','Groceries','Aveiro'),
 ('PetroLuz','Fuel','Lisbon'),('GoFuel','Fuel','Setubal'),('Autogas Norte','Fuel','Porto'),('Via Diesel','Fuel','Leiria'),
 ('Tasca do Rio','Restaurants','Porto'),('Pasta Nonna','Restaurants','Lisbon'),('Burger Barn','Restaurants','Coimbra'),('Sushi Mare','Restaurants','Cascais'),('Cafe Aurora','Restaurants','Lisbon'),('Grill & Vine','Restaurants','Evora'),('Padaria Lua','Restaurants','Braga'),
 ('Voltage Store','Electronics','Lisbon'),('PixelPoint','Electronics','Porto'),('Gadget Garage','Electronics','Lisbon'),('Audio Loft','Electronics','Aveiro'),
 ('Moda Lina','Clothing','Lisbon'),('Urban Thread','Clothing','Porto'),('Sapato Fino','Clothing','Guimaraes'),('Little Steps','Clothing','Braga'),('Denim Depot','Clothing','Coimbra'),
 ('SkyHop Airlines','Travel','Lisbon'),('Hotel Miramar','Travel','Lagos'),('RailPass','Travel','Porto'),('Island Ferries','Travel','Funchal'),('Rent-a-Roda','Travel','Faro'),
 ('Farmacia Central','Health','Lisbon'),('Clinica Boa Vida','Health','Coimbra'),('Optica Clara','Health','Porto'),('Dentalis','Health','Setubal'),
 ('CineMax Norte','Entertainment','Porto'),('StreamPlay','Entertainment','Lisbon'),('Game Vault','Entertainment','Lisbon'),('Teatro Novo','Entertainment','Viseu'),
 ('Luz Energia','Utilities','Lisbon'),('Aqua Sul','Utilities','Setubal'),('NetFibra','Utilities','Porto'),
 ('Casa & Co','Home','Cascais'),('Brico Barato','Home','Braga'),('Sofa Stories','Home','Leiria'),('Jardim Feliz','Home','Beja'),
 ('Lucky Star Casino','Gambling','Cascais'),('BetRapid','Gambling','Lisbon'),('Livraria Saber','Books','Coimbra'),('Ler Devagarinho','Books','Lisbon')) m(n, c, t);

INSERT INTO transactions
WITH t AS (SELECT i, 1 + floor(980 * pow(u(i,'acc'), 1.5))::INTEGER AS aid, u(i,'ty') AS x FROM range(1, 3001) r(i)),
firsts AS (SELECT account_id, min(card_id) AS one, max(card_id) AS two FROM cards GROUP BY ALL),
v AS (SELECT t.*, opened_on, coalesce(accounts.closed_on, DATE '2024-12-31') AS fin, account_type,
  CASE WHEN account_type IN ('Savings','Term Deposit') THEN CASE WHEN x < .55 THEN 'deposit' WHEN x < .75 THEN 'transfer in' WHEN x < .92 THEN 'transfer out' ELSE 'fee' END
   WHEN x < .56 THEN 'purchase' WHEN x < .68 THEN 'withdrawal' WHEN x < .76 THEN 'deposit' WHEN x < .85 THEN 'transfer in' WHEN x < .94 THEN 'transfer out' ELSE 'fee' END AS ty,
  CASE WHEN u(i,'cc') < .62 THEN one ELSE two END AS card
  FROM t JOIN accounts ON accounts.account_id = aid LEFT JOIN firsts ON firsts.account_id = aid),
w AS (SELECT *, CASE WHEN ty IN ('purchase','withdrawal') THEN card END AS cid, CASE WHEN ty = 'purchase' THEN 1 + floor(48 * pow(u(i,'mer'), 1.35))::INTEGER END AS pos,
  CASE WHEN u(i,'s') < .9 THEN 'completed' WHEN u(i,'s') < .945 THEN 'declined' WHEN u(i,'s') < .975 THEN 'reversed' ELSE 'pending' END AS st FROM v)
SELECT i, aid, cid, CASE WHEN pos IS NOT NULL THEN (pos * 13) % 50 + 1 END,
  opened_on::TIMESTAMP + to_seconds((least((fin - opened_on), 1090) * 86399 * pow(u(i,'at'), 0.9) + 25000)::BIGINT % greatest((fin - opened_on) * 86400, 80000)),
  ty, CASE WHEN ty = 'withdrawal' THEN 'ATM' WHEN cid IS NOT NULL AND u(i,'ch') < .6 THEN 'POS' WHEN ty = 'fee' THEN 'system' WHEN u(i,'ch') < .45 THEN 'mobile app' WHEN u(i,'ch') < .8 THEN 'web' WHEN ty = 'purchase' THEN 'mobile app' ELSE 'branch' END,
  CASE ty WHEN 'fee' THEN round(1.5 + 24 * pow(u(i,'am'), 3), 2) WHEN 'withdrawal' THEN 10 * (1 + floor(39 * pow(u(i,'am'), 2))::INTEGER) WHEN 'purchase' THEN round(2.2 + 640 * pow(u(i,'am'), 4), 2) ELSE round(25 + 5200 * pow(u(i,'am'), 3), 2) END,
  CASE WHEN st = 'pending' AND u(i,'at') < .7 THEN 'completed' ELSE st END,
  CASE WHEN u(i,'fr') < .022 THEN true WHEN u(i,'fr') < .030 THEN NULL ELSE false END
FROM w;

INSERT INTO loans
WITH l AS (SELECT i, 1 + floor(640 * pow(u(i,'who'), 0.8))::INTEGER AS cid, CASE WHEN u(i,'lt') < .38 THEN 'Personal' WHEN u(i,'lt') < .63 THEN 'Car' WHEN u(i,'lt') < .83 THEN 'Mortgage' WHEN u(i,'lt') < .93 THEN 'Business' ELSE 'Student' END AS ty FROM range(1, 341) r(i))
SELECT i, cid, CASE WHEN u(i,'lb') < .85 THEN home_branch_id ELSE 1 + floor(15 * u(i,'lb2'))::INTEGER END, ty,
  100 * round(CASE ty WHEN 'Personal' THEN 20 + 180 * pow(u(i,'pr'), 2) WHEN 'Car' THEN 60 + 320 * pow(u(i,'pr'), 1.6) WHEN 'Mortgage' THEN 600 + 3900 * pow(u(i,'pr'), 1.8) WHEN 'Business' THEN 150 + 2400 * pow(u(i,'pr'), 2.4) ELSE 15 + 110 * u(i,'pr') END),
  round(CASE ty WHEN 'Personal' THEN 6.9 WHEN 'Car' THEN 4.4 WHEN 'Mortgage' THEN 2.6 WHEN 'Business' THEN 5.1 ELSE 1.9 END + 3.2 * u(i,'ra'), 2),
  CASE ty WHEN 'Mortgage' THEN [180, 240, 300, 360][1 + floor(4 * u(i,'te'))::INTEGER] WHEN 'Student' THEN 60 ELSE [12, 24, 36, 48, 60, 84][1 + floor(6 * u(i,'te'))::INTEGER] END,
  joined_on + (least(500, DATE '2024-12-29' - joined_on) * u(i,'di'))::INTEGER,
  CASE WHEN u(i,'ls') < .72 THEN 'active' WHEN u(i,'ls') < .86 THEN 'paid off' WHEN u(i,'ls') < .95 THEN 'in arrears' ELSE 'defaulted' END
FROM l JOIN customers ON customer_id = cid;

INSERT INTO loan_instalments
WITH p AS (SELECT loans.*, k, (disbursed_on + to_months(3 * k::INTEGER))::DATE AS due FROM loans, range(1, 12) r(k)),
q AS (SELECT *, row_number() OVER (ORDER BY loan_id, k) AS id FROM p WHERE due <= DATE '2025-03-15' AND k <= greatest(term_months / 3, 1)),
z AS (SELECT *, CASE WHEN due > DATE '2024-12-31' THEN NULL
   WHEN status = 'paid off' THEN due - (5 * u(id,'e'))::INTEGER
   WHEN status IN ('in arrears','defaulted') AND due > DATE '2024-02-01' AND u(id,'mi') < CASE status WHEN 'defaulted' THEN .9 ELSE .6 END THEN NULL
   WHEN u(id,'la') < .17 THEN due + 1 + (55 * pow(u(id,'d'), 3))::INTEGER ELSE due - (6 * pow(u(id,'d'), 2))::INTEGER END AS paid FROM q)
SELECT id, loan_id, due, round(principal * (1 + interest_rate * term_months / 2400) * 3 / term_months, 2), CASE WHEN paid <= DATE '2024-12-31' THEN paid END FROM z;
