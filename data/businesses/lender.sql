CREATE TEMP MACRO rnd(i, salt, n) AS CAST(hash(i, salt) % n AS INTEGER);

CREATE TABLE branch (branch_id INTEGER PRIMARY KEY, branch_name VARCHAR NOT NULL, region VARCHAR NOT NULL, opened_on DATE NOT NULL);
COMMENT ON TABLE branch IS 'Places where applications are taken; the website counts as a branch without a street address';
INSERT INTO branch VALUES
(1,'Online','Online','2019-05-01'),(2,'Leeds Central','North','2017-03-06'),(3,'Sheffield','North','2018-09-10'),(4,'Newcastle Quayside','North','2020-02-03'),(5,'Bristol','West','2017-11-20'),
(6,'Cardiff Bay','West','2021-06-14'),(7,'Croydon','South','2016-04-11'),(8,'Brighton','South','2022-10-03'),(9,'Norwich','East','2019-01-21'),(10,'Cambridge','East','2025-05-12');

CREATE TABLE product (product_code VARCHAR PRIMARY KEY, product_name VARCHAR NOT NULL, secured BOOLEAN NOT NULL, max_amount INTEGER NOT NULL);
INSERT INTO product VALUES ('PL','Personal Loan',false,15000),('CR','Car Loan',true,30000),('HI','Home Improvement Loan',false,25000),('DC','Debt Consolidation',false,20000),('SB','Starter Loan',false,2500),('GR','Green Energy Loan',true,18000),('MB','Motorbike Loan',true,9000),('ED','Study Loan',false,12000);

CREATE TABLE customer (customer_id INTEGER PRIMARY KEY, full_name VARCHAR NOT NULL, birth_date DATE NOT NULL, city VARCHAR, employment VARCHAR NOT NULL, monthly_income DECIMAL(8,2), registered_on DATE NOT NULL, credit_score INTEGER);
COMMENT ON COLUMN customer.employment IS 'employed, self-employed, retired, student or unemployed';
COMMENT ON COLUMN customer.monthly_income IS 'net, pounds; empty if not proven';
COMMENT ON COLUMN customer.credit_score IS 'bureau score at registration, 300 to 850; empty for a thin file';
INSERT INTO customer
SELECT i,
  (['Aisha','Brian','Chloe','Dylan','Emma','Farid','Grace','Harry','Isla','Jack','Kiran','Lucy','Mohammed','Nina','Owen','Priya','Robert','Sarah','Thomas','Una'])[(i % 20) + 1] || ' ' ||
  (['Ahmed','Barker','Chapman','Davies','Evans','Foster','Green','Hughes','Iqbal','Jones','Khan','Lewis','Murphy','Nash','Owens','Patel','Reid','Singh','Turner','Underwood','Vaughan','Walker','Young'])[((i * 5 + i // 20) % 23) + 1],
  DATE '1950-02-01' + rnd(i, 1, 19700),
  CASE WHEN rnd(i, 2, 15) > 0 THEN (['Leeds','Sheffield','Newcastle','Bristol','Cardiff','London','Brighton','Norwich','York','Bath'])[rnd(i, 3, 10) + 1] END,
  CASE WHEN rnd(i, 1, 19700) < 3800 THEN 'retired' ELSE (['employed','employed','employed','employed','self-employed','self-employed','student','unemployed'])[rnd(i, 4, 8) + 1] END,
  CASE WHEN rnd(i, 5, 11) > 0 THEN 900 + rnd(i, 6, 3600) + 0.5 * (i % 2) END,
  DATE '2022-12-20' + rnd(i, 7, 860), CASE WHEN rnd(i, 8, 14) > 0 THEN 420 + rnd(i, 9, 220) + rnd(i, 10, 190) END
FROM generate_series(1, 260) g(i);

CREATE TABLE application (application_id INTEGER PRIMARY KEY, application_no VARCHAR NOT NULL UNIQUE, customer_id INTEGER NOT NULL REFERENCES customer, product_code VARCHAR NOT NULL REFERENCES product, branch_id INTEGER NOT NULL REFERENCES branch,
  requested_amount INTEGER NOT NULL, term_months INTEGER NOT NULL, submitted_on DATE NOT NULL, decided_on DATE, decision VARCHAR, decline_reason VARCHAR);
COMMENT ON COLUMN application.decision IS 'approved, declined or withdrawn (by the customer); empty while pending';
COMMENT ON COLUMN application.decided_on IS 'day of approval, decline or withdrawal';
INSERT INTO application
WITH raw AS (
  SELECT i, customer_id, coalesce(credit_score, 560) AS sc, monthly_income, employment, registered_on + CAST(pow(rnd(i, 21, 9999) / 9999.0, 1.9) * (DATE '2025-06-26' - registered_on) AS INTEGER) AS d,
    (['PL','PL','PL','CR','CR','HI','DC','DC','SB'])[rnd(i, 22, 9) + 1] AS p
  FROM generate_series(1, 520) g(i) JOIN customer ON customer_id = 1 + CAST(floor(244 * pow(rnd(i, 20, 1000) / 1000.0, 1.3)) AS INTEGER)),
num AS (SELECT row_number() OVER (ORDER BY d, i) AS id, * FROM raw),
dec AS (SELECT *, CASE WHEN d > DATE '2025-06-15' OR rnd(id, 23, 70) = 0 THEN NULL WHEN rnd(id, 24, 11) = 0 THEN 'withdrawn'
  WHEN sc + rnd(id, 25, 200) - CASE WHEN employment IN ('student', 'unemployed') THEN 70 ELSE 0 END > 660 THEN 'approved' ELSE 'declined' END AS dc FROM num)
SELECT id, 'A' || year(d) || '-' || lpad(CAST(id AS VARCHAR), 4, '0'), customer_id, p, CASE WHEN rnd(id, 26, 5) < 2 THEN 1 ELSE 2 + CAST(floor(8 * pow(rnd(id, 27, 1000) / 1000.0, 1.3)) AS INTEGER) END,
  CASE p WHEN 'SB' THEN 500 + 100 * rnd(id, 28, 20) WHEN 'CR' THEN 4000 + 250 * rnd(id, 28, 100) WHEN 'HI' THEN 2000 + 250 * rnd(id, 28, 90) ELSE 1000 + 250 * rnd(id, 28, 55) END,
  CASE p WHEN 'SB' THEN (ARRAY[6, 12])[rnd(id, 29, 2) + 1] ELSE (ARRAY[12, 24, 24, 36, 48])[rnd(id, 29, 5) + 1] END, d,
  CASE WHEN dc IS NOT NULL THEN least(d + rnd(id, 30, 16), DATE '2025-06-29') END, dc,
  CASE WHEN dc = 'declined' AND rnd(id, 31, 8) > 0 THEN (['low score','affordability','affordability','incomplete documents','existing arrears'])[rnd(id, 32, 5) + 1] END
FROM dec;

CREATE TABLE loan (loan_id INTEGER PRIMARY KEY, loan_no VARCHAR NOT NULL UNIQUE, application_id INTEGER NOT NULL UNIQUE REFERENCES application, principal INTEGER NOT NULL, annual_rate DECIMAL(5,2) NOT NULL, disbursed_on DATE NOT NULL, closed_on DATE, status VARCHAR NOT NULL);
COMMENT ON TABLE loan IS 'Paid-out loans; some approved applications were never taken up';
COMMENT ON COLUMN loan.annual_rate IS 'per cent a year';
COMMENT ON COLUMN loan.status IS 'active, repaid or written_off';
INSERT INTO loan
WITH t AS (SELECT a.*, row_number() OVER (ORDER BY decided_on, application_id) AS n, decided_on + 1 + rnd(application_id, 41, 12) AS dis FROM application a WHERE decision = 'approved' AND rnd(application_id, 40, 9) > 0)
SELECT n, 'L' || (70000 + n * 3), application_id, CASE WHEN rnd(n, 42, 4) = 0 THEN CAST(requested_amount * 0.8 AS INTEGER) ELSE requested_amount END,
  (CASE product_code WHEN 'CR' THEN 5.4 WHEN 'SB' THEN 14.9 WHEN 'HI' THEN 6.9 WHEN 'DC' THEN 9.8 ELSE 8.2 END) + rnd(n, 43, 13) * 0.3, dis,
  CASE WHEN st = 'active' THEN NULL ELSE dis + 150 + rnd(n, 45, 150) END, st
FROM (SELECT *, CASE WHEN dis > DATE '2024-09-01' THEN 'active' WHEN rnd(n, 44, 9) = 0 THEN 'written_off' WHEN rnd(n, 44, 9) < 4 THEN 'repaid' ELSE 'active' END AS st FROM t) WHERE dis < DATE '2025-06-29';

CREATE TABLE instalment (loan_id INTEGER NOT NULL REFERENCES loan, seq_no INTEGER NOT NULL, due_on DATE NOT NULL, amount_due DECIMAL(8,2) NOT NULL, paid_on DATE, amount_paid DECIMAL(8,2) NOT NULL, PRIMARY KEY (loan_id, seq_no));
COMMENT ON TABLE instalment IS 'Monthly repayments that have fallen due up to the closing of the loan or the end of June 2025; the first nine of each loan are kept here';
COMMENT ON COLUMN instalment.paid_on IS 'day of the (last) payment; empty if nothing was paid';
COMMENT ON COLUMN instalment.amount_paid IS '0 if nothing was paid; may be less than the amount due';
INSERT INTO instalment
SELECT loan_id, k, due, amt, CASE WHEN x < 90 THEN least(due + CASE WHEN rnd(loan_id * 50 + k, 52, 100) < 66 THEN -rnd(loan_id * 50 + k, 53, 4) ELSE 1 + rnd(loan_id * 50 + k, 54, 48) END, DATE '2025-06-29') END,
  CASE WHEN x >= 90 THEN 0 WHEN x >= 82 THEN round(amt / 2, 2) ELSE amt END
FROM (SELECT l.loan_id, k, CAST(l.disbursed_on + to_months(CAST(k AS INTEGER)) AS DATE) AS due, round(l.principal * (1 + l.annual_rate * a.term_months / 2400) / a.term_months, 2) AS amt,
    rnd(l.loan_id * 50 + k, 51, 100) + CASE WHEN l.status = 'written_off' AND k > 4 THEN 60 WHEN rnd(l.loan_id, 55, 6) = 0 THEN 12 WHEN rnd(l.loan_id, 55, 6) = 1 THEN -40 ELSE 0 END AS x
  FROM loan l JOIN application a USING (application_id) CROSS JOIN generate_series(1, 9) g(k) WHERE k <= a.term_months AND (l.closed_on IS NULL OR l.disbursed_on + to_months(CAST(k AS INTEGER)) <= l.closed_on)) WHERE due <= DATE '2025-06-30';

CREATE TABLE agent (agent_id INTEGER PRIMARY KEY, agent_name VARCHAR NOT NULL, team VARCHAR NOT NULL, hired_on DATE NOT NULL);
COMMENT ON TABLE agent IS 'Collections staff';
INSERT INTO agent VALUES (1,'Colin Barker','Early Arrears','2020-01-13'),(2,'Deborah Lane','Early Arrears','2021-05-04'),(3,'Femi Adeyemi','Early Arrears','2023-09-11'),(4,'Gillian Reid','Late Arrears','2018-10-01'),
(5,'Hamza Iqbal','Late Arrears','2022-03-21'),(6,'Joanna Price','Recoveries','2019-07-08'),(7,'Kwame Mensah','Recoveries','2024-04-02'),(8,'Lorna Shaw','Early Arrears','2025-06-02');

CREATE TABLE collection_case (case_id INTEGER PRIMARY KEY, case_no VARCHAR NOT NULL UNIQUE, loan_id INTEGER NOT NULL REFERENCES loan, agent_id INTEGER REFERENCES agent, opened_on DATE NOT NULL, closed_on DATE, result VARCHAR, arrears_amount DECIMAL(9,2) NOT NULL);
COMMENT ON COLUMN collection_case.agent_id IS 'empty while nobody has taken the case';
COMMENT ON COLUMN collection_case.result IS 'cured, plan agreed, sold or no result; empty while the case is open';
COMMENT ON COLUMN collection_case.arrears_amount IS 'pounds overdue at opening';
INSERT INTO collection_case
WITH bad AS (SELECT loan_id, seq_no, due_on + 8 + rnd(loan_id * 9 + seq_no, 61, 25) AS op, amount_due - amount_paid + round(amount_due * rnd(loan_id + seq_no, 62, 20) / 10.0, 2) AS arr FROM instalment
  WHERE (amount_paid < amount_due OR paid_on > due_on + 20) AND rnd(loan_id * 9 + seq_no, 63, 10) < 6),
num AS (SELECT row_number() OVER (ORDER BY op, loan_id, seq_no) AS n, * FROM bad WHERE op < DATE '2025-06-30'),
r AS (SELECT *, CASE WHEN op > DATE '2025-06-01' OR rnd(n, 64, 9) = 0 THEN NULL ELSE (['cured','cured','cured','plan agreed','plan agreed','no result','sold'])[rnd(n, 65, 7) + 1] END AS rs FROM num)
SELECT n, 'C-' || lpad(CAST(n AS VARCHAR), 4, '0'), loan_id, CASE WHEN rnd(n, 66, 14) > 0 THEN 1 + CAST(floor(7 * pow(rnd(n, 67, 1000) / 1000.0, 1.4)) AS INTEGER) END, op,
  CASE WHEN rs IS NOT NULL THEN least(op + 4 + rnd(n, 68, 90), DATE '2025-06-29') END, rs, arr FROM r;

CREATE TABLE contact_attempt (attempt_id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL REFERENCES collection_case, attempted_at TIMESTAMP NOT NULL, channel VARCHAR NOT NULL, outcome VARCHAR NOT NULL, promised_amount DECIMAL(8,2));
COMMENT ON COLUMN contact_attempt.outcome IS 'no answer, promise, refused or wrong number';
COMMENT ON COLUMN contact_attempt.promised_amount IS 'only for promises, and not always noted';
INSERT INTO contact_attempt
SELECT row_number() OVER (ORDER BY ts, case_id), case_id, ts, (['phone','phone','phone','sms','letter','email'])[rnd(z, 72, 6) + 1], oc, CASE WHEN oc = 'promise' AND rnd(z, 74, 8) > 0 THEN round(arrears_amount * (3 + rnd(z, 75, 8)) / 10.0, 2) END
FROM (SELECT *, (['no answer','no answer','no answer','promise','promise','refused','wrong number'])[rnd(z, 73, 7) + 1] AS oc FROM (
  SELECT c.*, case_id * 20 + k AS z, CAST(opened_on AS TIMESTAMP) + to_minutes(CAST((k - 1) * 4 * 1440 + rnd(case_id * 20 + k, 71, 3000) / 1440 * 1440 + 540 + rnd(case_id * 20 + k, 76, 500) AS INTEGER)) AS ts
  FROM collection_case c CROSS JOIN generate_series(1, 6) g(k) WHERE k <= rnd(case_id, 70, 7) AND agent_id IS NOT NULL)) WHERE ts < coalesce(closed_on + 1, DATE '2025-06-30');
