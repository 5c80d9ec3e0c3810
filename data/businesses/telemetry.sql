-- nst_telemetry: event stream of the habit and fitness app "Stridewell"
CREATE TEMP MACRO h(i, salt, n) AS (hash(i * 7919 + salt * 104729) % n)::INTEGER;

CREATE TYPE plan_tier AS ENUM ('free', 'plus', 'family', 'coach');
CREATE TYPE event_kind AS ENUM ('app_open', 'screen_view', 'workout_done', 'purchase', 'share', 'crash', 'push_open');

CREATE TABLE app_releases (
  version       VARCHAR PRIMARY KEY,
  released_on   DATE NOT NULL,
  platforms     VARCHAR[] NOT NULL,
  mandatory     BOOLEAN NOT NULL,
  size_mb       STRUCT(ios DOUBLE, android DOUBLE),
  notes         VARCHAR[]
);
INSERT INTO app_releases VALUES
 ('4.0.0', DATE '2023-01-17', ['ios','android'], true,  {'ios': 88.4, 'android': 61.2}, ['new home screen','dark mode']),
 ('4.1.0', DATE '2023-04-04', ['ios','android'], false, {'ios': 90.1, 'android': 62.8}, ['heart-rate zones']),
 ('4.1.1', DATE '2023-04-19', ['android'],       false, {'ios': NULL, 'android': 62.9}, ['bug fixes']),
 ('4.2.0', DATE '2023-08-22', ['ios','android'], false, {'ios': 95.7, 'android': 66.0}, ['family plan','shared goals','bug fixes']),
 ('4.3.0', DATE '2023-11-14', ['ios','android'], true,  {'ios': 97.3, 'android': 68.5}, ['login security']),
 ('5.0.0', DATE '2024-02-06', ['ios','android','wearos'], true, {'ios': 118.9, 'android': 84.6}, ['coach chat','new player','dark mode']),
 ('5.0.1', DATE '2024-02-15', ['ios'],           false, {'ios': 119.2, 'android': NULL}, ['bug fixes']),
 ('5.1.0', DATE '2024-06-11', ['ios','android','wearos'], false, {'ios': 121.5, 'android': 86.1}, ['route maps','bug fixes']),
 ('5.2.0', DATE '2024-10-01', ['ios','android'], false, {'ios': 126.0, 'android': 89.9}, ['shared goals','sleep diary']),
 ('5.2.2', DATE '2024-10-28', ['android'],       true,  {'ios': NULL, 'android': 90.3}, ['login security','bug fixes']),
 ('6.0.0', DATE '2025-02-25', ['ios','android','wearos'], true, {'ios': 109.8, 'android': 79.4}, ['new player','sleep diary','smaller download']),
 ('6.1.0', DATE '2025-06-03', ['ios','android'], false, NULL, NULL);
COMMENT ON COLUMN app_releases.mandatory IS 'true = older versions were forced to update';
COMMENT ON COLUMN app_releases.size_mb IS 'download size per platform in megabytes; NULL where not published';

CREATE TABLE users (
  user_id      INTEGER PRIMARY KEY,
  handle       VARCHAR NOT NULL,
  plan         plan_tier NOT NULL,
  signed_up_at TIMESTAMP NOT NULL,
  home         STRUCT(city VARCHAR, country VARCHAR, tz VARCHAR),
  interests    VARCHAR[],
  settings     MAP(VARCHAR, VARCHAR),
  birth_year   INTEGER,
  referred_by  INTEGER,
  marketing_ok BOOLEAN
);
COMMENT ON COLUMN users.plan IS 'current plan; free is the only one that is not paid for';
COMMENT ON COLUMN users.referred_by IS 'user_id of the member whose invitation was used; NULL if none';
COMMENT ON COLUMN users.settings IS 'keys: units (metric/imperial), theme (light/dark/auto), language (two letters), weekly_goal (workouts per week, only if the member set one)';
INSERT INTO users
SELECT i,
  (['juniper','otto','mira','salvo','wren','tomas','ines','bodhi','freya','lars','nadia','kofi','priya','dario','elspeth','yuki','maren','hugo','zola','pax'])[1 + i % 20]
    || (['_runs','.moves','lifts','_on_foot','.fit','rides','','_daily'])[1 + h(i,1,8)] || (i + 10)::VARCHAR,
  (['free','free','free','free','free','plus','plus','plus','family','coach'])[1 + h(i,2,10)]::plan_tier,
  TIMESTAMP '2023-01-20 06:00:00' + to_minutes(h(i,3,1240000)),
  CASE WHEN h(i,4,17) = 0 THEN NULL ELSE
    ([{'city':'Lisbon','country':'Portugal','tz':'Europe/Lisbon'},{'city':'Porto','country':'Portugal','tz':'Europe/Lisbon'},
      {'city':'Leeds','country':'United Kingdom','tz':'Europe/London'},{'city':'Glasgow','country':'United Kingdom','tz':'Europe/London'},
      {'city':'Bristol','country':'United Kingdom','tz':'Europe/London'},{'city':'Hamburg','country':'Germany','tz':'Europe/Berlin'},
      {'city':'Leipzig','country':'Germany','tz':'Europe/Berlin'},{'city':'Denver','country':'United States','tz':'America/Denver'},
      {'city':'Austin','country':'United States','tz':'America/Chicago'},{'city':'Portland','country':'United States','tz':'America/Los_Angeles'},
      {'city':'Osaka','country':'Japan','tz':'Asia/Tokyo'}])[1 + h(i,5,11)] END,
  CASE h(i,6,9) WHEN 0 THEN NULL WHEN 1 THEN ['running'] WHEN 2 THEN ['running','yoga'] WHEN 3 THEN ['strength','nutrition']
    WHEN 4 THEN ['cycling','running','sleep'] WHEN 5 THEN ['yoga','sleep'] WHEN 6 THEN ['strength'] WHEN 7 THEN ['cycling','strength','yoga','nutrition'] ELSE [] END,
  map_from_entries(list_filter([
     {'k':'units','v':CASE WHEN h(i,5,11) IN (7,8,9) THEN 'imperial' ELSE 'metric' END},
     {'k':'theme','v':(['light','dark','auto'])[1 + h(i,7,3)]},
     {'k':'language','v':(['en','en','en','pt','de','ja'])[1 + h(i,8,6)]},
     {'k':'weekly_goal','v':CASE WHEN h(i,9,5) < 2 THEN NULL ELSE (2 + h(i,10,5))::VARCHAR END}], lambda e: e.v IS NOT NULL)),
  CASE WHEN h(i,11,8) = 0 THEN NULL ELSE 1958 + h(i,12,49) END,
  CASE WHEN i > 12 AND h(i,13,4) = 0 THEN 1 + h(i,14,i // 2) END,
  CASE WHEN h(i,15,10) = 0 THEN NULL ELSE h(i,15,10) > 3 END
FROM generate_series(1, 160) t(i);

CREATE TABLE sessions (
  session_id  INTEGER PRIMARY KEY,
  user_id     INTEGER NOT NULL REFERENCES users(user_id),
  started_at  TIMESTAMP NOT NULL,
  duration_s  INTEGER,
  app_version VARCHAR REFERENCES app_releases(version),
  device      STRUCT(os VARCHAR, model VARCHAR, screen STRUCT(w INTEGER, h INTEGER)),
  screens     VARCHAR[]
);
COMMENT ON COLUMN sessions.duration_s IS 'seconds; NULL if the app was killed before it could report';
COMMENT ON COLUMN sessions.screens IS 'screens in the order visited, a screen may recur';
INSERT INTO sessions
WITH s AS (
  SELECT i, 1 + ((h(i,20,150) * h(i,21,150)) // 150)::INTEGER AS uid FROM generate_series(1, 720) t(i)
), d AS (
  SELECT i, uid, signed_up_at + to_minutes(5 + (h(i,22,100000) / 100000.0 * greatest(date_diff('minute', signed_up_at, TIMESTAMP '2025-06-29 21:00:00'), 60))::INTEGER) AS ts
  FROM s JOIN users ON user_id = uid)
SELECT i, uid, ts,
  CASE WHEN h(i,23,14) = 0 THEN NULL ELSE 12 + h(i,24,240) * (1 + h(i,25,11)) END,
  (SELECT list(r.version ORDER BY r.released_on DESC) FROM app_releases r WHERE r.released_on <= ts::DATE AND list_contains(r.platforms, CASE WHEN h(uid,26,7) > 2 THEN 'android' ELSE 'ios' END))[1 + (h(i,27,4) = 0 AND ts > TIMESTAMP '2023-09-01')::INTEGER],
  ([{'os':'ios','model':'iPhone 13','screen':{'w':1170,'h':2532}},{'os':'ios','model':'iPhone 15 Pro','screen':{'w':1179,'h':2556}},{'os':'ios','model':'iPhone SE','screen':{'w':750,'h':1334}},
    {'os':'android','model':'Pixel 7','screen':{'w':1080,'h':2400}},{'os':'android','model':'Galaxy S22','screen':{'w':1080,'h':2340}},{'os':'android','model':'Galaxy A54','screen':{'w':1080,'h':2340}},{'os':'android','model':'Moto G84','screen':{'w':1080,'h':2400}}])[1 + h(uid,26,7)],
  CASE h(i,28,8) WHEN 0 THEN ['home'] WHEN 1 THEN ['home','plan','workout'] WHEN 2 THEN ['home','workout','summary','share'] WHEN 3 THEN ['login','home']
    WHEN 4 THEN ['home','store','checkout'] WHEN 5 THEN ['home','store','home','settings'] WHEN 6 THEN ['workout','summary','home','workout','summary'] ELSE ['home','friends'] END
FROM d;

CREATE TABLE events (
  event_id    INTEGER PRIMARY KEY,
  session_id  INTEGER NOT NULL REFERENCES sessions(session_id),
  kind        event_kind NOT NULL,
  occurred_at TIMESTAMP NOT NULL,
  payload     JSON
);
COMMENT ON COLUMN events.payload IS 'depends on kind. workout_done: activity, minutes, kcal, hr{avg,max}, indoor. purchase: sku, amount, currency, method, promo{code,pct_off} (promo null if none; amount is the list price before the promo). crash: signal, fatal, memory_mb, context{screen,online}. share: channel, item, reach. push_open: campaign, delay_s (seconds after sending), action (opened or snoozed). screen_view: screen, load_ms, net{type,mbps}. app_open: none';
INSERT INTO events
WITH e AS (
  SELECT i, 1 + h(i,40,690) AS sid, (['app_open','app_open','app_open','screen_view','screen_view','screen_view','screen_view','workout_done','workout_done','workout_done','workout_done','purchase','purchase','share','crash','push_open'])[1 + h(i,41,16)] AS k
  FROM generate_series(1, 1900) t(i))
SELECT i, sid, k::event_kind, s.started_at + to_seconds(3 + h(i,42,coalesce(s.duration_s, 300))),
  CASE k
   WHEN 'workout_done' THEN to_json({'activity': (['run','run','ride','yoga','strength','walk'])[1 + h(i,43,6)], 'minutes': 8 + h(i,44,75), 'kcal': CASE WHEN h(i,45,12)=0 THEN NULL ELSE 60 + h(i,46,740) END, 'hr': {'avg': 96 + h(i,47,60), 'max': 158 + h(i,48,42)}, 'indoor': h(i,49,5) < 2})
   WHEN 'purchase' THEN to_json({'sku': (['PLUS-M','PLUS-Y','FAM-M','FAM-Y','COACH-1','BAND-SET'])[1 + h(i,50,6)], 'amount': ([7.99,59.0,12.99,99.0,45.0,24.5])[1 + h(i,50,6)], 'currency': (['EUR','EUR','GBP','USD'])[1 + h(i,51,4)], 'method': (['card','card','paypal','store_credit'])[1 + h(i,52,4)], 'promo': CASE WHEN h(i,53,3) = 0 THEN {'code': (['SPRING25','FRIEND10','COMEBACK'])[1 + h(i,54,3)], 'pct_off': ([25,10,30])[1 + h(i,54,3)]} END})
   WHEN 'crash' THEN to_json({'signal': (['SIGSEGV','SIGABRT','OOM','ANR'])[1 + h(i,55,4)], 'fatal': h(i,56,3) > 0, 'memory_mb': 180 + h(i,57,700), 'context': {'screen': (['workout','home','store','checkout','login'])[1 + h(i,58,5)], 'online': h(i,59,4) > 0}})
   WHEN 'share' THEN to_json({'channel': (['whatsapp','instagram','link','email'])[1 + h(i,60,4)], 'item': (['workout','badge','route'])[1 + h(i,61,3)], 'reach': CASE WHEN h(i,62,5) = 0 THEN NULL ELSE 1 + h(i,63,90) END})
   WHEN 'push_open' THEN to_json({'campaign': (['streak-saver','weekly-recap','spring-sale','win-back'])[1 + h(i,64,4)], 'delay_s': 4 + h(i,65,9000), 'action': (['opened','snoozed'])[1 + h(i,66,2)]})
   WHEN 'screen_view' THEN to_json({'screen': (['home','plan','workout','store','friends','settings'])[1 + h(i,67,6)], 'load_ms': 90 + h(i,68,1900), 'net': {'type': (['wifi','wifi','5g','4g'])[1 + h(i,69,4)], 'mbps': 2 + h(i,70,180)}})
  END
FROM e JOIN sessions s ON s.session_id = e.sid;

CREATE TABLE campaigns (
  slug     VARCHAR PRIMARY KEY,
  title    VARCHAR NOT NULL,
  starts   DATE NOT NULL,
  ends     DATE,
  audience plan_tier[] NOT NULL,
  steps    STRUCT(channel VARCHAR, sent INTEGER, cost DOUBLE)[]
);
COMMENT ON TABLE campaigns IS 'messaging campaigns; steps lists the waves in the order sent, cost in euros';
INSERT INTO campaigns VALUES
 ('streak-saver', 'Save your streak',   DATE '2023-03-01', NULL,              ['free','plus'],           [{'channel':'push','sent':18400,'cost':92.0},{'channel':'email','sent':6100,'cost':61.0}]),
 ('weekly-recap', 'Your week in motion',DATE '2023-05-15', NULL,              ['free','plus','family'],  [{'channel':'email','sent':30250,'cost':302.5}]),
 ('spring-sale',  'Spring into Plus',   DATE '2024-03-20', DATE '2024-04-20', ['free'],                  [{'channel':'push','sent':9200,'cost':46.0},{'channel':'email','sent':8800,'cost':88.0},{'channel':'in_app','sent':15000,'cost':0.0}]),
 ('win-back',     'We miss you',        DATE '2024-09-02', DATE '2024-12-31', ['free'],                  [{'channel':'email','sent':4100,'cost':41.0},{'channel':'sms','sent':1250,'cost':87.5},{'channel':'email','sent':2900,'cost':29.0}]),
 ('coach-trial',  'Two weeks with a coach', DATE '2024-11-04', DATE '2025-01-12', ['plus','family'],     [{'channel':'in_app','sent':5200,'cost':0.0},{'channel':'push','sent':5100,'cost':25.5}]),
 ('family-day',   'Bring your crew',    DATE '2025-05-15', DATE '2025-05-31', ['plus','coach'],          [{'channel':'email','sent':3600,'cost':36.0},{'channel':'sms','sent':900,'cost':63.0}]),
 ('summer-steps', 'Summer of steps',    DATE '2025-06-20', DATE '2025-08-31', ['free','plus','family','coach'], []),
 ('night-owl',    'Sleep better',       DATE '2025-07-10', NULL,              ['plus'],                  NULL);

CREATE TABLE tickets (
  ticket_id   INTEGER PRIMARY KEY,
  user_id     INTEGER NOT NULL REFERENCES users(user_id),
  opened_at   TIMESTAMP NOT NULL,
  closed_at   TIMESTAMP,
  labels      VARCHAR[],
  replies     STRUCT(author VARCHAR, minutes_after INTEGER)[],
  meta        JSON,
  stars       INTEGER
);
COMMENT ON COLUMN tickets.replies IS 'in order; author is agent, bot or member; minutes_after counts from the opening of the ticket';
COMMENT ON COLUMN tickets.stars IS 'satisfaction 1 to 5 given after closing, NULL if the member did not rate';
INSERT INTO tickets
SELECT i, uid, u.signed_up_at + to_minutes(600 + h(i,81,50000) + h(i,95,9) * 9000),
  CASE WHEN h(i,82,6) > 0 THEN u.signed_up_at + to_minutes(600 + h(i,81,50000) + h(i,95,9) * 9000 + 30 + h(i,83,14000)) END,
  CASE h(i,84,7) WHEN 0 THEN ['billing'] WHEN 1 THEN ['billing','refund'] WHEN 2 THEN ['crash','android'] WHEN 3 THEN ['login'] WHEN 4 THEN ['sync','wearable'] WHEN 5 THEN ['crash','ios','urgent'] ELSE NULL END,
  CASE h(i,85,6) WHEN 0 THEN [] WHEN 1 THEN [{'author':'bot','minutes_after':1}] 
     WHEN 2 THEN [{'author':'bot','minutes_after':1},{'author':'agent','minutes_after':20 + h(i,86,600)}]
     WHEN 3 THEN [{'author':'agent','minutes_after':5 + h(i,86,300)},{'author':'member','minutes_after':320 + h(i,87,400)},{'author':'agent','minutes_after':730 + h(i,88,900)}]
     WHEN 4 THEN [{'author':'agent','minutes_after':3 + h(i,86,1500)}]
     ELSE [{'author':'bot','minutes_after':2},{'author':'member','minutes_after':9 + h(i,87,60)},{'author':'agent','minutes_after':90 + h(i,88,2500)}] END,
  to_json({'source': (['in_app','email','twitter'])[1 + h(i,89,3)], 'app': {'version': (['4.2.0','4.3.0','5.0.0','5.1.0','5.2.2','6.0.0'])[1 + h(i,90,6)], 'build': 1000 + h(i,91,400)}, 'priority': 1 + h(i,92,4)}),
  CASE WHEN h(i,82,6) > 0 AND h(i,93,5) > 1 THEN 1 + h(i,94,5) END
FROM (SELECT i, 1 + h(i,80,150) AS uid FROM generate_series(1, 150) t(i)) x JOIN users u ON u.user_id = uid
WHERE u.signed_up_at < TIMESTAMP '2025-02-15';
