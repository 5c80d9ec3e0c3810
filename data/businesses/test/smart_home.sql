-- Smart-home vendor: homes, device models, devices, events, automations, support
CREATE TEMP MACRO h(i, s, n) AS (hash(i * 131 + s) % n)::INTEGER;

CREATE TABLE homes (
  home_id INTEGER PRIMARY KEY,
  label VARCHAR NOT NULL,
  address STRUCT(street VARCHAR, postcode VARCHAR, city VARCHAR, country VARCHAR),
  plan VARCHAR,
  joined_on DATE,
  residents STRUCT(name VARCHAR, role VARCHAR, birth_year INTEGER)[]
);
COMMENT ON TABLE homes IS 'One row per customer household';
COMMENT ON COLUMN homes.label IS 'Name the customer gave the home in the app';
COMMENT ON COLUMN homes.plan IS 'subscription: free, plus or pro; NULL = never chosen';
COMMENT ON COLUMN homes.residents IS 'role is owner, adult, child or guest';
INSERT INTO homes VALUES
 (1,'Lindenhof',{'street':'Lindenstr. 8','postcode':'04103','city':'Leipzig','country':'DE'},'pro','2023-01-14',[{'name':'Mara Vogt','role':'owner','birth_year':1981},{'name':'Jens Vogt','role':'adult','birth_year':1979},{'name':'Pia','role':'child','birth_year':2014}]),
 (2,'Flat 12B',{'street':'41 Harrow Rd','postcode':'W2 1AA','city':'London','country':'GB'},'free','2023-02-03',[{'name':'Owen Pryce','role':'owner','birth_year':1990}]),
 (3,'Casa Azul',{'street':'Rua das Flores 77','postcode':'4050-262','city':'Porto','country':'PT'},'plus','2023-03-22',[{'name':'Inês Duarte','role':'owner','birth_year':1975},{'name':'Rui Duarte','role':'adult','birth_year':1973},{'name':'Tomás','role':'child','birth_year':2010},{'name':'Lia','role':'child','birth_year':2016}]),
 (4,'The Barn',{'street':'Mill Lane 3','postcode':'YO1 7HB','city':'York','country':'GB'},'plus','2023-05-30',[{'name':'Ruth Ackroyd','role':'owner','birth_year':1958},{'name':'Ben Ackroyd','role':'adult','birth_year':1988}]),
 (5,'Home',{'street':'Gartenweg 19','postcode':'20144','city':'Hamburg','country':'DE'},NULL,'2023-06-11',[{'name':'Timo Krause','role':'owner','birth_year':1995},{'name':'Aylin Demir','role':'owner','birth_year':1996}]),
 (6,'Seaview',{'street':'12 Marine Parade','postcode':'BN2 1TL','city':'Brighton','country':'GB'},'pro','2023-08-19',[{'name':'Dev Malhotra','role':'owner','birth_year':1984},{'name':'Kirsty Malhotra','role':'adult','birth_year':1986},{'name':'Arjun','role':'child','birth_year':2018},{'name':'Nina Malhotra','role':'guest','birth_year':1955}]),
 (7,'Loft Mitte',{'street':'Torstr. 140','postcode':'10119','city':'Berlin','country':'DE'},'free','2023-10-02',[{'name':'Sven Albers','role':'owner','birth_year':1987}]),
 (8,'Quinta do Vale',{'street':'Estrada Nova 5','postcode':'2710-001','city':'Sintra','country':'PT'},'pro','2023-11-27',[{'name':'Marta Pires','role':'owner','birth_year':1969},{'name':'Hugo Pires','role':'adult','birth_year':2001}]),
 (9,'Home',{'street':'5 Calton Hill','postcode':'EH1 3BJ','city':'Edinburgh','country':'GB'},'free','2024-01-09',[{'name':'Fiona Baird','role':'owner','birth_year':1992},{'name':'Callum Reid','role':'adult','birth_year':1991}]),
 (10,'Altbau 4',{'street':'Karl-Heine-Str. 61','postcode':'04229','city':'Leipzig','country':'DE'},'plus','2024-02-17',[{'name':'Noor Haddad','role':'owner','birth_year':1983},{'name':'Sami','role':'child','birth_year':2012},{'name':'Yara','role':'child','birth_year':2015},{'name':'Layla','role':'child','birth_year':2019}]),
 (11,'Beach house',{'street':'Av. Marginal 210','postcode':'4480-001','city':'Porto','country':'PT'},NULL,'2024-04-25',[]),
 (12,'Grandma',{'street':'Elm Close 2','postcode':'YO24 1AB','city':'York','country':'GB'},'plus','2024-05-06',[{'name':'Edith Ackroyd','role':'owner','birth_year':1934},{'name':'Ruth Ackroyd','role':'guest','birth_year':1958}]),
 (13,'Hafenblick',{'street':'Kaiserkai 22','postcode':'20457','city':'Hamburg','country':'DE'},'pro','2024-08-31',[{'name':'Petra Lohse','role':'owner','birth_year':1966}]),
 (14,'Studio',{'street':'88 Brick Lane','postcode':'E1 6RL','city':'London','country':'GB'},'free','2025-01-20',NULL);

CREATE TABLE device_models (
  model_code VARCHAR PRIMARY KEY,
  name VARCHAR,
  category VARCHAR,
  price DECIMAL(8,2),
  capabilities VARCHAR[],
  specs STRUCT(protocol VARCHAR, standby_watts DOUBLE, battery BOOLEAN),
  firmware STRUCT(version VARCHAR, released DATE)[]
);
COMMENT ON COLUMN device_models.price IS 'list price in EUR';
COMMENT ON COLUMN device_models.firmware IS 'all released firmware versions';
INSERT INTO device_models VALUES
 ('TH-2','Thermo Two','thermostat',129.00,['temperature','humidity','schedule'],{'protocol':'zigbee','standby_watts':0.4,'battery':true},[{'version':'1.0','released':'2022-11-01'},{'version':'1.1','released':'2023-06-15'},{'version':'2.0','released':'2024-09-02'}]),
 ('TH-3','Thermo Three','thermostat',179.00,['temperature','humidity','schedule','voice'],{'protocol':'matter','standby_watts':0.9,'battery':false},[{'version':'3.0','released':'2024-02-12'},{'version':'3.1','released':'2024-10-20'}]),
 ('LK-1','BoltLock','lock',219.50,['lock','keypad','geofence'],{'protocol':'zigbee','standby_watts':0.2,'battery':true},[{'version':'1.4','released':'2022-08-20'},{'version':'1.5','released':'2023-12-05'}]),
 ('CM-O','Outlook Cam','camera',159.90,['motion','video','night vision'],{'protocol':'wifi','standby_watts':3.8,'battery':false},[{'version':'5.0','released':'2023-01-10'},{'version':'5.1','released':'2023-04-18'},{'version':'5.2','released':'2023-11-30'},{'version':'6.0','released':'2025-02-03'}]),
 ('CM-I','Nook Cam','camera',89.90,['motion','video','voice'],{'protocol':'wifi','standby_watts':2.9,'battery':false},[{'version':'5.1','released':'2023-05-02'},{'version':'5.2','released':'2024-01-15'}]),
 ('PL-S','Smart Plug','plug',24.95,['switch','metering'],{'protocol':'wifi','standby_watts':0.7,'battery':false},[{'version':'0.9','released':'2022-05-05'},{'version':'1.0','released':'2023-03-01'}]),
 ('MS-1','Motion Dot','sensor',34.00,['motion'],{'protocol':'zigbee','standby_watts':0.1,'battery':true},[{'version':'1.0','released':'2022-07-07'}]),
 ('SM-4','SmokeWatch','sensor',59.00,['smoke','co','siren'],{'protocol':'zigbee','standby_watts':0.1,'battery':true},[{'version':'4.0','released':'2023-09-01'},{'version':'4.1','released':'2024-06-11'}]),
 ('HB-X','Hub X','hub',149.00,['bridge','voice','siren'],{'protocol':'matter','standby_watts':4.5,'battery':false},[]);

CREATE TABLE devices (
  serial VARCHAR PRIMARY KEY,
  home_id INTEGER REFERENCES homes(home_id),
  model_code VARCHAR REFERENCES device_models(model_code),
  room VARCHAR,
  installed_on DATE,
  removed_on DATE,
  firmware_version VARCHAR,
  settings MAP(VARCHAR, VARCHAR),
  tags VARCHAR[]
);
COMMENT ON COLUMN devices.removed_on IS 'NULL while the device is still in use';
COMMENT ON COLUMN devices.settings IS 'user settings; keys such as led (on/off), mode (eco/comfort/away), alerts (push/mail/none), volume (0-100)';
INSERT INTO devices
SELECT 'SN' || (4000 + i * 7), hm, mc, room, inst,
  CASE WHEN h(i, 5, 7) = 0 THEN inst + 20 + h(i, 6, 110) END,
  CASE WHEN h(i, 7, 12) > 0 THEN (SELECT fw[1 + h(i, 8, len(fw))] FROM (SELECT list_transform(m.firmware, lambda x: x.version) fw FROM device_models m WHERE m.model_code = mc AND len(m.firmware) > 0)) END,
  CASE h(i, 9, 6)
    WHEN 0 THEN MAP {'led':'on','alerts':'push'}
    WHEN 1 THEN MAP {'led':'off','mode':'eco'}
    WHEN 2 THEN MAP {'led':'on','mode':'comfort','alerts':'mail'}
    WHEN 3 THEN MAP {'mode':'away','alerts':'none','volume':(10 * h(i, 10, 11))::VARCHAR}
    WHEN 4 THEN MAP {'led':'off','alerts':'push','volume':(10 * h(i, 10, 11))::VARCHAR}
    ELSE MAP {} END,
  CASE h(i, 11, 7)
    WHEN 0 THEN ['ground floor'] WHEN 1 THEN ['upstairs','kids'] WHEN 2 THEN ['outdoor']
    WHEN 3 THEN ['ground floor','favourite'] WHEN 4 THEN ['favourite','night','upstairs'] WHEN 5 THEN [] ELSE NULL END
FROM (SELECT i, 1 + h(i, 1, 13) hm,
        (['TH-2','TH-3','LK-1','CM-O','CM-I','PL-S','PL-S','MS-1','MS-1'])[1 + h(i, 2, 9)] mc,
        CASE WHEN h(i, 3, 11) > 0 THEN (['Kitchen','Living room','Hall','Bedroom','Garage','Garden','Office','Front door'])[1 + h(i, 3, 8)] END room,
        DATE '2023-01-20' + h(i, 4, 760) inst
      FROM generate_series(1, 72) t(i));

CREATE TABLE events (
  event_id INTEGER PRIMARY KEY,
  serial VARCHAR REFERENCES devices(serial),
  event_time TIMESTAMP,
  kind VARCHAR,
  payload JSON
);
COMMENT ON COLUMN events.payload IS 'depends on kind. reading: celsius, humidity; motion: zone, confidence (0-1), pet; access: action (lock/unlock), method, user {name, guest}; power: watts, on; battery: level (per cent); offline: minutes, reason, errors [codes]';
INSERT INTO events
SELECT e, serial, installed_on + INTERVAL (h(e, 22, coalesce(removed_on, DATE '2025-06-29') - installed_on)) DAY + INTERVAL (h(e, 23, 86400)) SECOND, k,
  (CASE k
    WHEN 'reading' THEN '{"celsius":' || (140 + h(e, 31, 125)) / 10.0 || CASE WHEN h(e, 32, 5) > 0 THEN ',"humidity":' || (30 + h(e, 33, 45)) ELSE '' END || '}'
    WHEN 'motion' THEN '{"zone":"' || (['front','garden','hall','stairs'])[1 + h(e, 34, 4)] || '","confidence":' || (30 + h(e, 35, 70)) / 100.0 || ',"pet":' || (CASE WHEN h(e, 36, 4) = 0 THEN 'true' ELSE 'false' END) || '}'
    WHEN 'access' THEN '{"action":"' || (['lock','unlock'])[1 + h(e, 37, 2)] || '","method":"' || (['keypad','app','key','app'])[1 + h(e, 38, 4)] || '"' ||
       CASE WHEN h(e, 39, 6) = 0 THEN '' ELSE ',"user":{"name":"' || (['Mara','Owen','Inês','Ruth','Timo','Cleaner','Dev','Marta','Dog walker'])[1 + h(e, 40, 9)] || '","guest":' || (CASE WHEN h(e, 40, 9) IN (5, 8) THEN 'true' ELSE 'false' END) || '}' END || '}'
    WHEN 'power' THEN '{"watts":' || (5 + h(e, 41, 2200)) || ',"on":' || (CASE WHEN h(e, 42, 3) > 0 THEN 'true' ELSE 'false' END) || '}'
    WHEN 'battery' THEN '{"level":' || (3 + h(e, 43, 97)) || '}'
    ELSE '{"minutes":' || (1 + h(e, 44, 600)) || ',"reason":' || (['"wifi"','"power cut"','null','"update"'])[1 + h(e, 45, 4)] || ',"errors":' || (['[]','["E12"]','["E12","E40"]','["E07"]','["E40","E07","E99"]'])[1 + h(e, 46, 5)] || '}'
   END)::JSON
FROM (SELECT e, d.serial, d.installed_on, d.removed_on,
        CASE WHEN h(e, 21, 8) = 0 THEN 'offline'
             WHEN h(e, 21, 8) = 1 AND m.specs.battery THEN 'battery'
             WHEN m.category = 'thermostat' THEN 'reading'
             WHEN m.category = 'lock' THEN 'access'
             WHEN m.category = 'plug' THEN 'power' ELSE 'motion' END k
      FROM generate_series(1, 1400) t(e)
      JOIN (SELECT *, row_number() OVER (ORDER BY serial) rn FROM devices) d ON d.rn = 1 + h(e, 20, 70)
      JOIN device_models m USING (model_code));

CREATE TABLE automations (
  automation_id INTEGER PRIMARY KEY,
  home_id INTEGER REFERENCES homes(home_id),
  name VARCHAR,
  enabled BOOLEAN,
  trigger STRUCT(kind VARCHAR, at_time TIME, zone VARCHAR),
  actions STRUCT(command VARCHAR, room VARCHAR, delay_s INTEGER)[]
);
COMMENT ON COLUMN automations.trigger IS 'kind is time, motion, geofence or manual; at_time only for time, zone only for motion';
INSERT INTO automations VALUES
 (1,1,'Good night',true,{'kind':'time','at_time':'22:45:00','zone':NULL},[{'command':'lock','room':'Front door','delay_s':0},{'command':'lights off','room':'Living room','delay_s':60},{'command':'set eco','room':'Bedroom','delay_s':300}]),
 (2,1,'Welcome home',true,{'kind':'geofence','at_time':NULL,'zone':NULL},[{'command':'unlock','room':'Front door','delay_s':0},{'command':'lights on','room':'Hall','delay_s':5}]),
 (3,2,'Coffee',true,{'kind':'time','at_time':'06:30:00','zone':NULL},[{'command':'plug on','room':'Kitchen','delay_s':0},{'command':'plug off','room':'Kitchen','delay_s':1800}]),
 (4,3,'Garden alarm',true,{'kind':'motion','at_time':NULL,'zone':'garden'},[{'command':'siren','room':'Hall','delay_s':10},{'command':'record','room':'Garden','delay_s':0}]),
 (5,3,'Good night',false,{'kind':'time','at_time':'23:15:00','zone':NULL},[{'command':'lock','room':'Front door','delay_s':0}]),
 (6,4,'Stairs light',true,{'kind':'motion','at_time':NULL,'zone':'stairs'},[{'command':'lights on','room':'Hall','delay_s':0},{'command':'lights off','room':'Hall','delay_s':120}]),
 (7,5,'Work mode',false,{'kind':'manual','at_time':NULL,'zone':NULL},[]),
 (8,6,'Good night',true,{'kind':'time','at_time':'21:30:00','zone':NULL},[{'command':'lock','room':'Front door','delay_s':0},{'command':'lock','room':'Garage','delay_s':0},{'command':'lights off','room':'Living room','delay_s':30},{'command':'set eco','room':'Living room','delay_s':600}]),
 (9,6,'Front watch',true,{'kind':'motion','at_time':NULL,'zone':'front'},[{'command':'record','room':'Front door','delay_s':0}]),
 (10,8,'Morning heat',true,{'kind':'time','at_time':'05:50:00','zone':NULL},[{'command':'set comfort','room':'Living room','delay_s':0},{'command':'set comfort','room':'Office','delay_s':900}]),
 (11,8,'Away',true,{'kind':'geofence','at_time':NULL,'zone':NULL},[{'command':'lock','room':'Front door','delay_s':20},{'command':'set eco','room':'Living room','delay_s':0},{'command':'record','room':'Garden','delay_s':120}]),
 (12,9,'Coffee',false,{'kind':'time','at_time':'07:10:00','zone':NULL},[{'command':'plug on','room':'Kitchen','delay_s':0}]),
 (13,10,'Kids to bed',true,{'kind':'time','at_time':'20:00:00','zone':NULL},[{'command':'lights off','room':'Bedroom','delay_s':900},{'command':'set eco','room':'Bedroom','delay_s':0}]),
 (14,12,'Check on Gran',true,{'kind':'motion','at_time':NULL,'zone':'hall'},[{'command':'notify','room':NULL,'delay_s':0}]),
 (15,13,'Panic',true,{'kind':'manual','at_time':NULL,'zone':NULL},[{'command':'siren','room':'Hall','delay_s':0},{'command':'lights on','room':'Living room','delay_s':0},{'command':'lock','room':'Front door','delay_s':0},{'command':'record','room':'Front door','delay_s':0}]);

CREATE TABLE tickets (
  ticket_no VARCHAR PRIMARY KEY,
  home_id INTEGER REFERENCES homes(home_id),
  serial VARCHAR REFERENCES devices(serial),
  subject VARCHAR,
  opened_at TIMESTAMP,
  closed_at TIMESTAMP,
  messages STRUCT(author VARCHAR, sent_at TIMESTAMP, body VARCHAR)[],
  survey JSON
);
COMMENT ON COLUMN tickets.messages IS 'author is customer, agent or bot';
COMMENT ON COLUMN tickets.survey IS 'answers of the closing survey: stars (1-5), comment, would_recommend; NULL if not answered';
INSERT INTO tickets
SELECT 'T-' || (1000 + t), d.home_id, CASE WHEN h(t, 51, 5) > 0 THEN d.serial END,
  (['Device offline','Battery drains fast','Cannot pair','Wrong temperature','Refund request','App login'])[1 + h(t, 52, 6)],
  op, CASE WHEN h(t, 54, 6) > 0 THEN op + INTERVAL (3 + h(t, 55, 300)) HOUR END,
  list_transform(range(0, 1 + h(t, 56, 5)), lambda k: {'author': CASE WHEN k = 0 THEN 'customer' ELSE (['agent','bot','customer','agent'])[1 + (h(t, 57, 4) + k) % 4] END, 'sent_at': op + INTERVAL (k * (20 + h(t, 58, 90))) MINUTE, 'body': (['Hello, please help.','Have you tried a restart?','Still not working.','We will send a replacement.','Thanks, solved!'])[1 + (h(t, 59, 5) + k) % 5]}),
  CASE WHEN h(t, 54, 6) > 0 AND h(t, 60, 4) > 0 THEN ('{"stars":' || (1 + h(t, 61, 5)) || ',"would_recommend":' || (CASE WHEN h(t, 61, 5) + h(t, 62, 3) > 3 THEN 'true' ELSE 'false' END) || CASE WHEN h(t, 63, 3) = 0 THEN ',"comment":"' || (['quick answer','took too long','friendly','never again'])[1 + h(t, 64, 4)] || '"' ELSE '' END || '}')::JSON END
FROM (SELECT t, TIMESTAMP '2023-09-04 07:00:00' + INTERVAL (h(t, 53, 15500)) HOUR + INTERVAL (h(t, 65, 60)) MINUTE op, 1 + h(t, 50, 66) rn FROM generate_series(1, 85) g(t)) x
JOIN (SELECT *, row_number() OVER (ORDER BY serial) rn FROM devices) d USING (rn);
