-- The Crooked Meeple: shop for the trading card game "Tarnfall"
CREATE TEMP MACRO h(i, s, n) AS (hash(i::VARCHAR || ':' || s) % n)::INT;

CREATE TABLE card_set (
  set_cd VARCHAR PRIMARY KEY,
  set_nm VARCHAR NOT NULL,
  rel_dt DATE NOT NULL,
  typ VARCHAR NOT NULL,
  blk VARCHAR,
  n_print INTEGER
);
COMMENT ON COLUMN card_set.typ IS 'C = core, E = expansion, P = promo';
COMMENT ON COLUMN card_set.blk IS 'block (story arc); NULL for core and promo sets';
COMMENT ON COLUMN card_set.n_print IS 'cards in the set according to the publisher';
INSERT INTO card_set VALUES ('EMB','Embers of Tarn','2022-03-18','E','Tarn',24),('TID','Tides of Tarn','2022-11-04','E','Tarn',24),('C23','Core 2023','2023-05-12','C',NULL,26),('HOL','Hollow Crown','2023-10-20','E','Crown',24),
('CRF','Crown Reforged','2024-04-19','E','Crown',24),('FST','Festival Promos','2024-07-01','P',NULL,12),('C25','Core 2025','2024-12-06','C',NULL,26),('WLD','Wildwood Pact','2025-05-16','E','Wildwood',30),('STA','Starless Deep','2025-10-17','E','Wildwood',NULL);

CREATE TABLE card (
  crd_id INTEGER PRIMARY KEY,
  set_cd VARCHAR NOT NULL REFERENCES card_set(set_cd),
  coll_no INTEGER NOT NULL,
  nm VARCHAR NOT NULL,
  clan VARCHAR,
  kind VARCHAR NOT NULL,
  cost INTEGER NOT NULL,
  atk INTEGER,
  dfn INTEGER,
  rar VARCHAR NOT NULL,
  artist VARCHAR,
  foil_av INTEGER NOT NULL,
  rep INTEGER NOT NULL
);
COMMENT ON TABLE card IS 'one row per printing; a reprinted card has the same name in several sets';
COMMENT ON COLUMN card.clan IS 'EM = Ember, TI = Tide, GR = Grove, VE = Veil, NULL = neutral';
COMMENT ON COLUMN card.kind IS 'U = unit, S = spell, R = relic';
COMMENT ON COLUMN card.atk IS 'attack, units only';
COMMENT ON COLUMN card.dfn IS 'defence, units only';
COMMENT ON COLUMN card.rar IS 'C = common, U = uncommon, R = rare, M = mythic';
COMMENT ON COLUMN card.foil_av IS '1 = also printed as foil';
COMMENT ON COLUMN card.rep IS '1 = reprint of a card from an earlier set';
INSERT INTO card
WITH w AS (SELECT ['Ashen','Brine','Cinder','Dusk','Elder','Frost','Gilded','Hollow','Iron','Jade','Lantern','Mire','Silent'] AS a, ['Warden','Oracle','Serpent','Blade','Herald','Thicket','Golem','Rite','Beacon','Stalker','Crown','Tempest','Ferry','Mirror','Vow'] AS b),
p AS (SELECT i::INT AS i, CASE WHEN i <= 24 THEN 'EMB' WHEN i <= 48 THEN 'TID' WHEN i <= 74 THEN 'C23' WHEN i <= 98 THEN 'HOL' WHEN i <= 122 THEN 'CRF' WHEN i <= 134 THEN 'FST' WHEN i <= 160 THEN 'C25' ELSE 'WLD' END AS set_cd FROM generate_series(1,184) g(i)),
q AS (SELECT *, i - min(i) OVER (PARTITION BY set_cd) + 1 AS no, CASE WHEN set_cd IN ('C23','C25') AND h(i,'rp',3)=0 OR set_cd='FST' THEN (min(i) OVER (PARTITION BY set_cd) - 45 + (i*7) % 44)::INT ELSE i END AS k FROM p)
SELECT i, set_cd, no, a[1 + k*5 % 13] || ' ' || b[1 + k*4 % 15],
 CASE h(k,'cl',9) WHEN 0 THEN NULL WHEN 1 THEN 'EM' WHEN 2 THEN 'EM' WHEN 3 THEN 'TI' WHEN 4 THEN 'TI' WHEN 5 THEN 'GR' WHEN 6 THEN 'GR' ELSE 'VE' END, u, c,
 CASE WHEN u='U' THEN greatest(0, c + h(k,'at',4) - 1) END, CASE WHEN u='U' THEN greatest(1, c + h(k,'df',5) - 2) END,
 CASE WHEN set_cd='FST' THEN 'M' ELSE ['C','C','C','C','U','U','U','R','R','M'][1+h(k,'ra',10)] END,
 CASE WHEN h(i,'arn',20)=0 THEN NULL ELSE ['Yuki Arden','Bo Lindgren','Carla Mendes','Dario Pratt','Esme Volkov','Finn O''Hara','Greta Solis','Hamid Noor','Ilse Baum'][1+h(i,'art',9)] END,
 CASE WHEN set_cd='FST' OR h(i,'fo',5) < 2 THEN 1 ELSE 0 END, CASE WHEN k < i THEN 1 ELSE 0 END
FROM (SELECT *, ['U','U','U','U','S','S','S','R'][1+h(k,'ki',8)] AS u, (h(k,'co',5) + h(k,'co2',5)) AS c FROM q), w;

CREATE TABLE fmt (
  fmt_cd VARCHAR PRIMARY KEY,
  fmt_nm VARCHAR NOT NULL,
  min_deck INTEGER,
  max_copy INTEGER
);
COMMENT ON COLUMN fmt.max_copy IS 'copies of one card allowed in a deck; NULL = no limit';
INSERT INTO fmt VALUES ('CUR','Current',60,3),('CLA','Classic',60,4),('HUM','Humble',50,4),('DRA','Draft',40,NULL),('DUO','Duo',80,1);

CREATE TABLE legal (
  crd_id INTEGER REFERENCES card(crd_id),
  fmt_cd VARCHAR REFERENCES fmt(fmt_cd),
  stat VARCHAR NOT NULL,
  since DATE,
  PRIMARY KEY (crd_id, fmt_cd)
);
COMMENT ON TABLE legal IS 'printings admitted to or banned from a format; no row = not admitted';
COMMENT ON COLUMN legal.stat IS 'L = legal, B = banned, R = restricted to one copy';
INSERT INTO legal
SELECT crd_id, f, CASE WHEN b=0 THEN 'B' WHEN b=1 AND f='CLA' THEN 'R' ELSE 'L' END, CASE WHEN b < 2 AND NOT (b=1 AND f<>'CLA') THEN least(rel_dt + 40 + h(crd_id,'bd' || f,120), DATE '2025-06-16') ELSE rel_dt END
FROM (SELECT crd_id, f, rel_dt, h(crd_id,'ban' || f, CASE rar WHEN 'C' THEN 40 WHEN 'U' THEN 22 ELSE 11 END) AS b FROM card JOIN card_set USING (set_cd), (VALUES ('CUR'),('CLA'),('HUM')) v(f)
 WHERE (f='CLA' AND typ <> 'P') OR (f='CUR' AND rel_dt >= DATE '2023-10-01' AND typ <> 'P') OR (f='HUM' AND rar='C'));

CREATE TABLE px (
  crd_id INTEGER REFERENCES card(crd_id),
  px_dt DATE,
  foil INTEGER,
  eur DECIMAL(8,2) NOT NULL,
  PRIMARY KEY (crd_id, px_dt, foil)
);
COMMENT ON TABLE px IS 'market price of a printing in near mint condition, noted once a quarter';
COMMENT ON COLUMN px.foil IS '1 = foil, 0 = normal';
INSERT INTO px
SELECT crd_id, d, fo, greatest(0.05, round(b * (0.4 + h(crd_id,'pb',240)/100) * (0.93 + h(crd_id,'tr',19)/100) ^ q * (0.85 + h(crd_id,'n' || q || fo,31)/100) * CASE fo WHEN 1 THEN 1.05 + h(crd_id,'ff',20)/10 ELSE 1 END, 2))
FROM (SELECT crd_id, q, fo, foil_av, rel_dt, DATE '2023-03-01' + to_months((q*3)::INT) AS d, CASE rar WHEN 'C' THEN 0.15 WHEN 'U' THEN 0.6 WHEN 'R' THEN 3.5 ELSE 13 END AS b
 FROM card JOIN card_set USING (set_cd), generate_series(0,9) g(q), (VALUES (0),(1)) z(fo))
WHERE d > rel_dt AND (fo = 0 OR foil_av = 1) AND h(crd_id,'miss' || q,30) > 0;

CREATE TABLE stock (
  crd_id INTEGER REFERENCES card(crd_id),
  cond VARCHAR,
  foil INTEGER,
  qty INTEGER NOT NULL,
  buy_px DECIMAL(8,2),
  shelf VARCHAR,
  PRIMARY KEY (crd_id, cond, foil)
);
COMMENT ON COLUMN stock.cond IS 'NM = near mint, LP = lightly played, HP = heavily played';
COMMENT ON COLUMN stock.buy_px IS 'what we paid per copy; NULL = opened from our own boosters';
INSERT INTO stock
SELECT crd_id, cd, fo, CASE WHEN h(crd_id,'q0' || cd,9)=0 THEN 0 ELSE 1 + h(crd_id,'qt' || cd || fo, CASE rar WHEN 'C' THEN 24 WHEN 'U' THEN 12 ELSE 5 END) END,
 CASE WHEN h(crd_id,'bn' || cd,5)=0 THEN NULL ELSE round(b * (0.3 + h(crd_id,'bp' || cd,170)/100) * CASE fo WHEN 1 THEN 1.8 ELSE 1 END * CASE cd WHEN 'NM' THEN 1 WHEN 'LP' THEN 0.75 ELSE 0.45 END, 2) END,
 ['A','B','C','D'][1+h(crd_id,'sh',4)] || (1+h(crd_id,'sn',6))
FROM (SELECT crd_id, rar, foil_av, CASE rar WHEN 'C' THEN 0.12 WHEN 'U' THEN 0.5 WHEN 'R' THEN 3.0 ELSE 11 END AS b FROM card), (VALUES ('NM'),('LP'),('HP')) c(cd), (VALUES (0),(1)) z(fo)
WHERE (fo=0 OR foil_av=1) AND h(crd_id,'st' || cd || fo, CASE cd WHEN 'NM' THEN 10 WHEN 'LP' THEN 20 ELSE 40 END) < 7;

CREATE TABLE player (
  ply_id INTEGER PRIMARY KEY,
  nm VARCHAR NOT NULL,
  sex VARCHAR,
  born DATE,
  city VARCHAR,
  memb VARCHAR NOT NULL,
  joined DATE NOT NULL,
  ref_by INTEGER
);
COMMENT ON COLUMN player.memb IS 'G = gold card, S = silver card, N = no membership';
COMMENT ON COLUMN player.ref_by IS 'ply_id of the player who brought this one along';
INSERT INTO player
SELECT i, ['Amir','Bea','Cyril','Dana','Emil','Flora','Goran','Hana','Igor','Jill','Kofi','Lena','Milo','Nora','Otto'][1+i*4%15] || ' ' || ['Abel','Brandt','Costa','Dvorak','Eriks','Fischer','Gallo','Hume','Ionescu','Jung','Kaya'][1+i*3%11],
 CASE WHEN h(i,'sx',15)=0 THEN NULL WHEN (i*4%15)%2=0 THEN 'M' ELSE 'F' END, CASE WHEN h(i,'bn',12)=0 THEN NULL ELSE DATE '1975-03-01' + h(i,'bd',13400) END,
 CASE WHEN h(i,'cn',14)=0 THEN NULL ELSE ['Leeuwen','Leeuwen','Oostdam','Brugge','Gent','Tilburg'][1+h(i,'ci',6)] END, ['G','S','S','N','N','N'][1+h(i,'mb',6)],
 DATE '2021-09-01' + i*14 + h(i,'jd',12), CASE WHEN i > 8 AND h(i,'rf',3)=0 THEN 1 + h(i,'rb',i-3)*h(i,'rb2',10)//15 END
FROM (SELECT i::INT AS i FROM generate_series(1,88) g(i));

CREATE TABLE tourn (
  t_id INTEGER PRIMARY KEY,
  t_nm VARCHAR NOT NULL,
  t_dt DATE NOT NULL,
  fmt_cd VARCHAR NOT NULL REFERENCES fmt(fmt_cd),
  fee DECIMAL(5,2) NOT NULL,
  prize DECIMAL(8,2),
  rounds INTEGER,
  stat VARCHAR NOT NULL,
  judge VARCHAR
);
COMMENT ON COLUMN tourn.fee IS 'entry fee per player, euro';
COMMENT ON COLUMN tourn.prize IS 'prize money paid out, euro; NULL = booster packs only';
COMMENT ON COLUMN tourn.stat IS 'F = finished, X = cancelled, P = planned';
INSERT INTO tourn
SELECT i, CASE WHEN i%8=4 THEN CASE month(d) WHEN 12 THEN 'Christmas' ELSE ['Winter','Spring','Summer','Harvest'][1 + month(d) // 3] END || ' Open ' || year(d) ELSE ['Friday Clash','Sunday League','Lantern Night'][1+h(i,'tn',3)] || ' ' || i END, d,
 CASE WHEN i%8=4 THEN 'CLA' ELSE ['CUR','CUR','CLA','HUM','DRA'][1+h(i,'tf',5)] END, CASE WHEN i%8=4 THEN 25 ELSE 5 + h(i,'fe',4)*2.5 END,
 CASE WHEN i%8=4 THEN 300 + h(i,'pz',5)*50 WHEN h(i,'pn',3)=0 THEN NULL ELSE 40 + h(i,'pz',8)*10 END, CASE WHEN i%8=4 THEN 6 ELSE 4 + h(i,'ro',2) END,
 CASE WHEN d > DATE '2025-06-30' THEN 'P' WHEN h(i,'tx',12)=0 THEN 'X' ELSE 'F' END, CASE WHEN h(i,'jn',9)=0 THEN NULL ELSE ['R. Maas','T. Quist','Lena Gallo','P. Sorel'][1+h(i,'ju',4)] END
FROM (SELECT i::INT AS i, DATE '2022-12-30' + (i*20)::INT + h(i,'td',3)*2 AS d FROM generate_series(1,47) g(i));

CREATE TABLE entry (
  t_id INTEGER REFERENCES tourn(t_id),
  ply_id INTEGER REFERENCES player(ply_id),
  deck VARCHAR,
  w INTEGER,
  l INTEGER,
  d INTEGER,
  place INTEGER,
  drp INTEGER NOT NULL,
  PRIMARY KEY (t_id, ply_id)
);
COMMENT ON TABLE entry IS 'players registered for a tournament';
COMMENT ON COLUMN entry.deck IS 'main clan of the deck, codes as in card.clan; NULL = unknown';
COMMENT ON COLUMN entry.w IS 'matches won; l = lost, d = drawn; NULL if not played (yet)';
COMMENT ON COLUMN entry.place IS 'final place; NULL for those who dropped out';
COMMENT ON COLUMN entry.drp IS '1 = dropped out before the end';
INSERT INTO entry
SELECT t_id, ply_id, dk, CASE WHEN stat='F' THEN w END, CASE WHEN stat='F' THEN n - w - d END, CASE WHEN stat='F' THEN d END,
 CASE WHEN stat='F' AND drp=0 THEN row_number() OVER (PARTITION BY t_id, drp ORDER BY w*3+d DESC, h(ply_id,'tb' || t_id,1000)) END, CASE WHEN stat='F' THEN drp ELSE 0 END
FROM (SELECT *, CASE WHEN drp=1 THEN rounds - 2 ELSE rounds END AS n, least((CASE WHEN drp=1 THEN rounds - 2 ELSE rounds END), (rounds * (h(ply_id,'sk',60) + h(ply_id,'lk' || t_id,70)) // 125)) AS w0 FROM
 (SELECT t_id, ply_id, stat, rounds, CASE WHEN h(ply_id,'dp' || t_id,13)=0 THEN 1 ELSE 0 END AS drp, CASE WHEN h(ply_id,'dkn' || t_id,16)=0 THEN NULL WHEN h(ply_id,'fav',3)=0 THEN ['EM','TI','GR','VE'][1+h(ply_id,'fv',4)] ELSE ['EM','TI','GR','VE'][1+h(ply_id,'dk' || t_id,4)] END AS dk
  FROM tourn, player WHERE joined < t_dt AND joined < DATE '2025-06-20' AND h(ply_id,'en' || t_id, 6 + h(ply_id,'act',14)) < CASE WHEN t_nm LIKE '% Open %' THEN 4 ELSE 2 END AND h(ply_id,'never',14) > 0)), LATERAL (SELECT w0 AS w, CASE WHEN w0 < n AND h(ply_id,'dr' || t_id,6)=0 THEN 1 ELSE 0 END AS d);
