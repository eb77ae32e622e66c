BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('v2.6.0.a');
CREATE TABLE studies (
	study_id INTEGER NOT NULL, 
	study_name VARCHAR(512) NOT NULL, 
	PRIMARY KEY (study_id)
);
INSERT INTO "studies" VALUES(1,'old');
CREATE TABLE study_directions (
	study_direction_id INTEGER NOT NULL, 
	direction VARCHAR(8) NOT NULL, 
	study_id INTEGER NOT NULL, 
	objective INTEGER NOT NULL, 
	PRIMARY KEY (study_direction_id), 
	UNIQUE (study_id, objective), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "study_directions" VALUES(1,'MINIMIZE',1,0);
CREATE TABLE study_system_attributes (
	study_system_attribute_id INTEGER NOT NULL, 
	study_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (study_system_attribute_id), 
	UNIQUE (study_id, "key"), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
CREATE TABLE study_user_attributes (
	study_user_attribute_id INTEGER NOT NULL, 
	study_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (study_user_attribute_id), 
	UNIQUE (study_id, "key"), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
CREATE TABLE trial_heartbeats (
	trial_heartbeat_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	heartbeat DATETIME NOT NULL, 
	PRIMARY KEY (trial_heartbeat_id), 
	UNIQUE (trial_id), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE trial_intermediate_values (
	trial_intermediate_value_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	step INTEGER NOT NULL, 
	intermediate_value FLOAT NOT NULL, 
	PRIMARY KEY (trial_intermediate_value_id), 
	UNIQUE (trial_id, step), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_intermediate_values" VALUES(1,1,1,1.03957188138368161745e+00);
INSERT INTO "trial_intermediate_values" VALUES(2,1,2,5.39571881383681728472e-01);
INSERT INTO "trial_intermediate_values" VALUES(3,1,3,3.72905214717015043301e-01);
INSERT INTO "trial_intermediate_values" VALUES(4,1,4,2.89571881383681728472e-01);
INSERT INTO "trial_intermediate_values" VALUES(5,2,1,1.36314512470198478943e+00);
INSERT INTO "trial_intermediate_values" VALUES(6,2,2,8.63145124701984789439e-01);
INSERT INTO "trial_intermediate_values" VALUES(7,2,3,0.696478458035318);
INSERT INTO "trial_intermediate_values" VALUES(8,2,4,6.13145124701984789439e-01);
INSERT INTO "trial_intermediate_values" VALUES(9,3,1,1.40993561012496382289e+00);
INSERT INTO "trial_intermediate_values" VALUES(10,3,2,9.09935610124963822897e-01);
INSERT INTO "trial_intermediate_values" VALUES(11,3,3,7.43268943458297193238e-01);
INSERT INTO "trial_intermediate_values" VALUES(12,3,4,6.59935610124963822897e-01);
INSERT INTO "trial_intermediate_values" VALUES(13,4,1,1.26513911337948425916e+00);
INSERT INTO "trial_intermediate_values" VALUES(14,4,2,7.65139113379484259169e-01);
INSERT INTO "trial_intermediate_values" VALUES(15,5,1,1.03149816682698292069e+00);
INSERT INTO "trial_intermediate_values" VALUES(16,5,2,5.31498166826982920696e-01);
INSERT INTO "trial_intermediate_values" VALUES(17,5,3,3.64831500160316235525e-01);
INSERT INTO "trial_intermediate_values" VALUES(18,5,4,2.81498166826982920696e-01);
INSERT INTO "trial_intermediate_values" VALUES(19,6,1,1.04122551954408848473e+00);
INSERT INTO "trial_intermediate_values" VALUES(20,6,2,5.41225519544088484735e-01);
CREATE TABLE trial_params (
	param_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	param_name VARCHAR(512), 
	param_value FLOAT, 
	distribution_json TEXT, 
	PRIMARY KEY (param_id), 
	UNIQUE (trial_id, param_name), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_params" VALUES(1,1,'optimizer/lr',1.56766771955060683386e-03,'{"name": "LogUniformDistribution", "attributes": {"low": 1e-05, "high": 0.1}}');
INSERT INTO "trial_params" VALUES(2,1,'dropout rate',3.5759468318620973859e-01,'{"name": "UniformDistribution", "attributes": {"low": 0.0, "high": 0.5}}');
INSERT INTO "trial_params" VALUES(3,1,'label_smoothing',0.2,'{"name": "DiscreteUniformDistribution", "attributes": {"low": 0.0, "high": 0.3, "q": 0.1}}');
INSERT INTO "trial_params" VALUES(4,1,'layers',3.0,'{"name": "IntUniformDistribution", "attributes": {"low": 1, "high": 4, "step": 1}}');
INSERT INTO "trial_params" VALUES(5,1,'width',45.0,'{"name": "IntLogUniformDistribution", "attributes": {"low": 8, "high": 512, "step": 1}}');
INSERT INTO "trial_params" VALUES(6,1,'opt',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["sgd", "adam", null]}}');
INSERT INTO "trial_params" VALUES(7,2,'optimizer/lr',7.15568216175486854213e-02,'{"name": "LogUniformDistribution", "attributes": {"low": 1e-05, "high": 0.1}}');
INSERT INTO "trial_params" VALUES(8,2,'dropout rate',1.9172075941288885259e-01,'{"name": "UniformDistribution", "attributes": {"low": 0.0, "high": 0.5}}');
INSERT INTO "trial_params" VALUES(9,2,'label_smoothing',0.3,'{"name": "DiscreteUniformDistribution", "attributes": {"low": 0.0, "high": 0.3, "q": 0.1}}');
INSERT INTO "trial_params" VALUES(10,2,'layers',3.0,'{"name": "IntUniformDistribution", "attributes": {"low": 1, "high": 4, "step": 1}}');
INSERT INTO "trial_params" VALUES(11,2,'width',83.0,'{"name": "IntLogUniformDistribution", "attributes": {"low": 8, "high": 512, "step": 1}}');
INSERT INTO "trial_params" VALUES(12,2,'opt',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["sgd", "adam", null]}}');
INSERT INTO "trial_params" VALUES(13,3,'optimizer/lr',1.20468524120303157069e-05,'{"name": "LogUniformDistribution", "attributes": {"low": 1e-05, "high": 0.1}}');
INSERT INTO "trial_params" VALUES(14,3,'dropout rate',0.416309922773969,'{"name": "UniformDistribution", "attributes": {"low": 0.0, "high": 0.5}}');
INSERT INTO "trial_params" VALUES(15,3,'label_smoothing',0.3,'{"name": "DiscreteUniformDistribution", "attributes": {"low": 0.0, "high": 0.3, "q": 0.1}}');
INSERT INTO "trial_params" VALUES(16,3,'layers',4.0,'{"name": "IntUniformDistribution", "attributes": {"low": 1, "high": 4, "step": 1}}');
INSERT INTO "trial_params" VALUES(17,3,'width',468.0,'{"name": "IntLogUniformDistribution", "attributes": {"low": 8, "high": 512, "step": 1}}');
INSERT INTO "trial_params" VALUES(18,3,'opt',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["sgd", "adam", null]}}');
INSERT INTO "trial_params" VALUES(19,4,'optimizer/lr',2.97233464433565395673e-05,'{"name": "LogUniformDistribution", "attributes": {"low": 1e-05, "high": 0.1}}');
INSERT INTO "trial_params" VALUES(20,4,'dropout rate',3.19960510663761910077e-01,'{"name": "UniformDistribution", "attributes": {"low": 0.0, "high": 0.5}}');
INSERT INTO "trial_params" VALUES(21,4,'label_smoothing',0.0,'{"name": "DiscreteUniformDistribution", "attributes": {"low": 0.0, "high": 0.3, "q": 0.1}}');
INSERT INTO "trial_params" VALUES(22,4,'layers',4.0,'{"name": "IntUniformDistribution", "attributes": {"low": 1, "high": 4, "step": 1}}');
INSERT INTO "trial_params" VALUES(23,4,'width',68.0,'{"name": "IntLogUniformDistribution", "attributes": {"low": 8, "high": 512, "step": 1}}');
INSERT INTO "trial_params" VALUES(24,4,'opt',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["sgd", "adam", null]}}');
INSERT INTO "trial_params" VALUES(25,5,'optimizer/lr',6.67730676601831153911e-04,'{"name": "LogUniformDistribution", "attributes": {"low": 1e-05, "high": 0.1}}');
INSERT INTO "trial_params" VALUES(26,5,'dropout rate',2.84216974434324254339e-01,'{"name": "UniformDistribution", "attributes": {"low": 0.0, "high": 0.5}}');
INSERT INTO "trial_params" VALUES(27,5,'label_smoothing',0.0,'{"name": "DiscreteUniformDistribution", "attributes": {"low": 0.0, "high": 0.3, "q": 0.1}}');
INSERT INTO "trial_params" VALUES(28,5,'layers',3.0,'{"name": "IntUniformDistribution", "attributes": {"low": 1, "high": 4, "step": 1}}');
INSERT INTO "trial_params" VALUES(29,5,'width',100.0,'{"name": "IntLogUniformDistribution", "attributes": {"low": 8, "high": 512, "step": 1}}');
INSERT INTO "trial_params" VALUES(30,5,'opt',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["sgd", "adam", null]}}');
INSERT INTO "trial_params" VALUES(31,5,'beta1',6.76158871281155149368e-01,'{"name": "UniformDistribution", "attributes": {"low": 0.5, "high": 0.99}}');
INSERT INTO "trial_params" VALUES(32,6,'optimizer/lr',5.59922365406334554549e-04,'{"name": "LogUniformDistribution", "attributes": {"low": 1e-05, "high": 0.1}}');
INSERT INTO "trial_params" VALUES(33,6,'dropout rate',3.48815597963632428868e-01,'{"name": "UniformDistribution", "attributes": {"low": 0.0, "high": 0.5}}');
INSERT INTO "trial_params" VALUES(34,6,'label_smoothing',0.0,'{"name": "DiscreteUniformDistribution", "attributes": {"low": 0.0, "high": 0.3, "q": 0.1}}');
INSERT INTO "trial_params" VALUES(35,6,'layers',3.0,'{"name": "IntUniformDistribution", "attributes": {"low": 1, "high": 4, "step": 1}}');
INSERT INTO "trial_params" VALUES(36,6,'width',127.0,'{"name": "IntLogUniformDistribution", "attributes": {"low": 8, "high": 512, "step": 1}}');
INSERT INTO "trial_params" VALUES(37,6,'opt',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["sgd", "adam", null]}}');
CREATE TABLE trial_system_attributes (
	trial_system_attribute_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (trial_system_attribute_id), 
	UNIQUE (trial_id, "key"), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE trial_user_attributes (
	trial_user_attribute_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (trial_user_attribute_id), 
	UNIQUE (trial_id, "key"), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_user_attributes" VALUES(1,1,'note','"n0"');
INSERT INTO "trial_user_attributes" VALUES(2,2,'note','"n1"');
INSERT INTO "trial_user_attributes" VALUES(3,3,'note','"n2"');
INSERT INTO "trial_user_attributes" VALUES(4,4,'note','"n3"');
INSERT INTO "trial_user_attributes" VALUES(5,5,'note','"n4"');
INSERT INTO "trial_user_attributes" VALUES(6,6,'note','"n5"');
CREATE TABLE trial_values (
	trial_value_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	objective INTEGER NOT NULL, 
	value FLOAT NOT NULL, 
	PRIMARY KEY (trial_value_id), 
	UNIQUE (trial_id, objective), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_values" VALUES(1,1,0,2.89571881383681728472e-01);
INSERT INTO "trial_values" VALUES(2,2,0,6.13145124701984789439e-01);
INSERT INTO "trial_values" VALUES(3,3,0,6.59935610124963822897e-01);
INSERT INTO "trial_values" VALUES(4,4,0,7.65139113379484259169e-01);
CREATE TABLE trials (
	trial_id INTEGER NOT NULL, 
	number INTEGER, 
	study_id INTEGER, 
	state VARCHAR(8) NOT NULL, 
	datetime_start DATETIME, 
	datetime_complete DATETIME, 
	PRIMARY KEY (trial_id), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "trials" VALUES(1,0,1,'COMPLETE','2026-11-21 07:34:33.791795','2026-11-21 07:34:33.873532');
INSERT INTO "trials" VALUES(2,1,1,'COMPLETE','2026-11-21 07:34:33.887958','2026-11-21 07:34:33.960651');
INSERT INTO "trials" VALUES(3,2,1,'COMPLETE','2026-11-21 07:34:33.970931','2026-11-21 07:34:34.041570');
INSERT INTO "trials" VALUES(4,3,1,'PRUNED','2026-11-21 07:34:34.051922','2026-11-21 07:34:34.113850');
INSERT INTO "trials" VALUES(5,4,1,'FAIL','2026-11-21 07:34:34.124675','2026-11-21 07:34:34.220522');
INSERT INTO "trials" VALUES(6,5,1,'FAIL','2026-11-21 07:34:34.230501','2026-11-21 07:34:34.321568');
CREATE TABLE version_info (
	version_info_id INTEGER NOT NULL, 
	schema_version INTEGER, 
	library_version VARCHAR(256), 
	PRIMARY KEY (version_info_id), 
	CHECK (version_info_id=1)
);
INSERT INTO "version_info" VALUES(1,12,'2.10.1');
CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name);
COMMIT;
