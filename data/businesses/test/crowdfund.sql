-- Crowdfunding platform
CREATE TEMP MACRO h(i, s, n) AS (hash(i * 149 + s) % n)::INTEGER;

CREATE TABLE creators (
  creator_id INTEGER PRIMARY KEY, display_name VARCHAR NOT NULL, country VARCHAR, kind VARCHAR, signed_up DATE, verified BOOLEAN
);
COMMENT ON COLUMN creators.kind IS 'individual, company or charity';
INSERT INTO creators VALUES
 (1,'Paperlight Studio','Netherlands','company','2022-10-12',true),(2,'Asha Menon','India','individual','2022-11-30',true),(3,'Tinker & Sons','United Kingdom','company','2023-01-17',true),
 (4,'Open Trails Trust','United Kingdom','charity','2023-01-25',true),(5,'Bruno Salvi','Italy','individual','2023-02-08',false),(6,'Mossy Games','Canada','company','2023-02-21',true),
 (7,'Lena Forsberg','Sweden','individual','2023-03-03',true),(8,'Kiln House','France','company','2023-04-19',false),(9,'River Kids','Kenya','charity','2023-05-05',true),
 (10,'Ollie Grant','United Kingdom','individual','2023-05-28',false),(11,'Nightjar Audio','Germany','company','2023-06-14',true),(12,'Sofía Rey','Spain','individual','2023-07-09',true),
 (13,'Copper Kettle','Ireland','company','2023-08-22',NULL),(14,'Hearth Fund','Canada','charity','2023-09-01',true),(15,'Dmitri Volkov','Germany','individual','2023-10-10',false),
 (16,'Lumen Bikes','Netherlands','company','2023-11-11',true),(17,'Yuki Arai','Japan','individual','2024-01-06',true),(18,'Second Chapter','United Kingdom','charity','2024-02-14',NULL),
 (19,'Fable Forge','United States','company','2024-03-20',true),(20,'Marisol Cruz','Spain','individual','2024-05-02',false),(21,'Bright Harbour','United States','charity','2024-06-25',true),
 (22,'Jon Aldous','United Kingdom','individual','2024-09-13',NULL),(23,'Polder Robotics','Netherlands','company','2024-11-04',true),(24,'Amara Diallo','France','individual','2025-02-18',true);

CREATE TABLE campaigns (
  campaign_id INTEGER PRIMARY KEY, creator_id INTEGER NOT NULL REFERENCES creators(creator_id), title VARCHAR NOT NULL, category VARCHAR,
  goal DECIMAL(10,2), launched_on DATE, deadline DATE, status VARCHAR, model VARCHAR
);
COMMENT ON COLUMN campaigns.goal IS 'target amount in EUR';
COMMENT ON COLUMN campaigns.status IS 'live, funded, failed or cancelled (by the creator)';
COMMENT ON COLUMN campaigns.model IS 'aon = all or nothing, keep = keep what you raise';
INSERT INTO campaigns
SELECT i, cr, ['Lantern Walk','Pocket Loom','The Quiet Atlas','Trail Signs for All','Bellows Camera','Moss & Mire','Winter Songs','Stoneware Club','Books by the River','Wren Kayak','Nightjar One','Ceramic Year','Copper Still','Warm Rooms','Chess in the Park','Lumen City','Inkstone','Second Chapter Vans','Dragon Almanac','Sol y Sal','Harbour Kitchen','Folding Desk','Polder Bot','Kora Sessions','Paper Moons','Spice Letters','Clockwork Owl','Hill Paths','Mire: Expansion','Northern Choir','Kiln No. 2','School Boats','Nightjar Mini','Tapas Deck','Kettle Bread','Open Hearth','Volkov Prints','Lumen Cargo','Haiku Radio','Reading Rooms','Forge Dice','Mar Azul','Dock Garden','Desk Lamp','Robot Kits','Lantern Walk II','Loom Patterns','Owl & Mouse','Bridge Repair','Swamp Tales'][i],
  ['Design','Design','Publishing','Community','Technology','Games','Music','Design','Community','Design','Technology','Design','Food','Community',NULL,'Technology','Design','Community','Publishing','Food','Food','Design','Technology','Music','Publishing','Food','Design','Community','Games','Music','Design','Community','Technology','Games','Food','Community',NULL,'Technology','Music','Publishing','Games','Music','Community','Design','Technology','Design','Design','Publishing','Community','Games'][i],
  500 * (2 + h(i, 3, 17)), l, l + 21 + 7 * h(i, 5, 5),
  'tbd', CASE WHEN h(i, 6, 10) < 7 THEN 'aon' ELSE 'keep' END
FROM (SELECT i, cr, (SELECT greatest(signed_up + 20 + h(i, 9, 40), DATE '2023-02-01' + i * 17) FROM creators WHERE creator_id = cr) + h(i, 4, 90) l
      FROM (SELECT i::INTEGER AS i, CASE WHEN i <= 21 THEN i ELSE [3,23,12,1,2,3,4,6,7,8,9,11,20,13,14,15,16,17,18,19,12,21,3,23,1,2,3,4,6][i - 21] END cr FROM generate_series(1, 50) t(i)));
UPDATE campaigns SET launched_on = launched_on - 240, deadline = deadline - 240 WHERE launched_on > DATE '2025-06-20';
UPDATE campaigns SET deadline = deadline + 45 WHERE launched_on BETWEEN DATE '2025-04-15' AND DATE '2025-06-01';

CREATE TABLE rewards (
  reward_id INTEGER PRIMARY KEY, campaign_id INTEGER NOT NULL REFERENCES campaigns(campaign_id), title VARCHAR, min_pledge DECIMAL(8,2), stock INTEGER, ships_on DATE
);
COMMENT ON COLUMN rewards.stock IS 'number available, NULL = unlimited';
COMMENT ON COLUMN rewards.ships_on IS 'promised delivery; NULL = nothing is sent';
INSERT INTO rewards
SELECT row_number() OVER (ORDER BY campaign_id, k), campaign_id, (['Thank you','Early bird','Standard','Deluxe','Studio visit'])[k], (['5','25','40','90','250'])[k]::DECIMAL(8,2) + 5 * h(campaign_id * 7 + k, 11, 4),
  CASE WHEN k = 2 THEN 4 + 3 * h(campaign_id, 12, 6) WHEN k = 5 THEN 2 + h(campaign_id, 13, 3) END,
  CASE WHEN k IN (2, 3, 4) THEN deadline + 60 + 30 * h(campaign_id * 7 + k, 14, 8) END
FROM campaigns, generate_series(1, 5) t(k)
WHERE k IN (1, 3) OR h(campaign_id * 7 + k, 15, 3) > 0;

CREATE TABLE backers (backer_id INTEGER PRIMARY KEY, name VARCHAR, email_domain VARCHAR, country VARCHAR, joined_on DATE, referred_by INTEGER);
COMMENT ON COLUMN backers.referred_by IS 'backer_id of the backer who invited them';
INSERT INTO backers
SELECT i, (['Anna','Bram','Chloe','Deniz','Emeka','Freya','Gus','Hana','Ivo','Jo','Katja','Luis','Mina','Noel'])[1 + i % 14] || ' ' || (['Abbott','Bakker','Costa','Dunne','Eriksen','Fischer','Gallo','Hughes','Ito','Jansen','Kovacs'])[1 + i % 11],
  (['gmail.com','gmail.com','outlook.com','proton.me','ziggo.nl'])[1 + h(i, 21, 5)],
  CASE WHEN h(i, 22, 15) > 0 THEN (['Netherlands','United Kingdom','Germany','Spain','United States','France','Ireland','Canada'])[1 + h(i, 23, 8)] END,
  DATE '2023-01-10' + (i * 5 + h(i, 24, 30)), CASE WHEN i > 10 AND h(i, 25, 3) = 0 THEN 1 + h(i, 26, i // 3) END
FROM (SELECT i::INTEGER AS i FROM generate_series(1, 150) t(i));

CREATE TABLE pledges (
  pledge_id INTEGER PRIMARY KEY, campaign_id INTEGER REFERENCES campaigns(campaign_id), backer_id INTEGER REFERENCES backers(backer_id), reward_id INTEGER REFERENCES rewards(reward_id),
  amount DECIMAL(8,2), pledged_at TIMESTAMP, status VARCHAR
);
COMMENT ON COLUMN pledges.status IS 'active = not charged yet, collected, cancelled (by the backer), refunded, or failed (card declined). Money raised counts active and collected';
COMMENT ON COLUMN pledges.reward_id IS 'NULL = pledge without a reward';
INSERT INTO pledges
SELECT row_number() OVER (ORDER BY ts, i), campaign_id, b, reward_id, amt, ts, 'active'
FROM (SELECT i, c.campaign_id, 1 + h(i, 31, greatest(8, least(138, (c.launched_on - DATE '2023-01-10') // 5 - 6))) b, r.reward_id,
        coalesce(r.min_pledge, 5) + (CASE WHEN h(i, 33, 3) = 0 THEN 5 * h(i, 34, 20) ELSE 0 END) + CASE WHEN h(i, 35, 40) = 0 THEN 1500 ELSE 0 END + 100 * h(c.campaign_id, 36, 4) amt,
        c.launched_on + INTERVAL (h(i, 37, least(c.deadline, DATE '2025-06-29') - c.launched_on)) DAY + INTERVAL (h(i, 38, 86400)) SECOND ts
      FROM (SELECT i::INTEGER AS i, 1 + (h(i, 30, 49) * h(i, 29, 50)) // 50 k FROM generate_series(1, 1500) t(i)) g
      JOIN (SELECT *, row_number() OVER (ORDER BY hash(campaign_id + 77)) k FROM campaigns) c USING (k)
      LEFT JOIN rewards r ON r.campaign_id = c.campaign_id AND r.reward_id = (SELECT x.reward_id FROM rewards x WHERE x.campaign_id = c.campaign_id ORDER BY hash(x.reward_id * 1000 + i) LIMIT 1) AND h(i, 32, 7) > 0);
UPDATE pledges SET status = 'cancelled' WHERE hash(pledge_id * 17 + 3) % 14 = 0;
UPDATE campaigns c SET status = CASE WHEN deadline >= DATE '2025-06-30' THEN 'live' WHEN hash(campaign_id * 3 + 5) % 13 = 0 THEN 'cancelled'
  WHEN (SELECT coalesce(sum(p.amount), 0) FROM pledges p WHERE p.campaign_id = c.campaign_id AND p.status = 'active') >= goal THEN 'funded' ELSE 'failed' END;
UPDATE pledges p SET status = CASE WHEN c.status = 'cancelled' THEN 'refunded' WHEN c.status = 'failed' AND c.model = 'aon' THEN 'refunded' WHEN c.status = 'live' THEN 'active' WHEN hash(p.pledge_id + 11) % 19 = 0 THEN 'failed' WHEN hash(p.pledge_id + 12) % 31 = 0 THEN 'refunded' ELSE 'collected' END
FROM campaigns c WHERE c.campaign_id = p.campaign_id AND p.status = 'active';

CREATE TABLE payouts (payout_id INTEGER PRIMARY KEY, campaign_id INTEGER REFERENCES campaigns(campaign_id), paid_on DATE, gross DECIMAL(10,2), fee DECIMAL(10,2));
COMMENT ON TABLE payouts IS 'money transferred to creators; a campaign may be paid in two instalments';
COMMENT ON COLUMN payouts.gross IS 'before the platform fee; the creator gets gross - fee';
INSERT INTO payouts
SELECT row_number() OVER (ORDER BY d, campaign_id, k), campaign_id, d, g, round(g * f, 2)
FROM (SELECT campaign_id, k, (CASE WHEN h(campaign_id, 41, 4) = 0 THEN (CASE k WHEN 1 THEN 0.6 ELSE 0.4 END) WHEN k = 1 THEN 1 END * tot)::DECIMAL(10,2) g, deadline + 10 + h(campaign_id, 42, 25) + 45 * (k - 1)::INTEGER d, CASE WHEN kind = 'charity' THEN 0.03 WHEN model = 'keep' THEN 0.08 ELSE 0.05 END f
      FROM (SELECT c.campaign_id, c.deadline, c.model, cr.kind, sum(p.amount) tot FROM campaigns c JOIN creators cr USING (creator_id) JOIN pledges p USING (campaign_id) WHERE p.status = 'collected' GROUP BY ALL), generate_series(1, 2) t(k))
WHERE g IS NOT NULL AND d < DATE '2025-06-30';
UPDATE payouts SET gross = gross - 25 WHERE payout_id = 9;
DELETE FROM payouts WHERE payout_id IN (12, 20);

CREATE TABLE updates (update_id INTEGER PRIMARY KEY, campaign_id INTEGER REFERENCES campaigns(campaign_id), posted_on DATE, headline VARCHAR, backers_only BOOLEAN, comments INTEGER);
COMMENT ON TABLE updates IS 'news posts of a campaign';
INSERT INTO updates
SELECT row_number() OVER (ORDER BY d, i), campaign_id, d, (['We are live!','Halfway there','Thank you','Production news','Delay in shipping','Stretch goal','Last 48 hours','Shipping has begun'])[1 + h(i, 52, 8)], h(i, 53, 4) = 0, CASE WHEN h(i, 55, 9) > 0 THEN h(i, 54, 60) END
FROM (SELECT i, campaign_id, launched_on + h(i, 51, 160) d FROM (SELECT i::INTEGER AS i, 1 + (h(i, 50, 48) * h(i, 56, 48)) // 44 k FROM generate_series(1, 230) t(i)) JOIN (SELECT *, row_number() OVER (ORDER BY hash(campaign_id + 901)) k FROM campaigns) USING (k))
WHERE d < DATE '2025-06-30';
