"""Makes the documents of this folder that come from scikit-learn, LightGBM and XGBoost: make-with-sklearn.py FOLDER

Python 3.11, scikit-learn 1.8.0, sklearn2pmml 0.133.1, lightgbm 4.7.0, xgboost 3.2.0, pandas 3.1.1. The converter inside
sklearn2pmml is AGPL-3.0: a tool that is run, no part of this project; the files that it writes are ours. Models are kept
small: they are to be read differently, not to be good.
"""

import sys
import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.ensemble import *
from sklearn.impute import SimpleImputer
from sklearn.linear_model import *
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import *
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn2pmml import sklearn2pmml
from sklearn2pmml.decoration import CategoricalDomain, ContinuousDomain
from sklearn2pmml.ensemble import GBDTLRClassifier
from sklearn2pmml.pipeline import PMMLPipeline
from sklearn2pmml.preprocessing import CutTransformer, ExpressionTransformer, LookupTransformer, PowerFunctionTransformer
from sklearn2pmml.ruleset import RuleSetClassifier
from sklearn2pmml.util import Reshaper
from xgboost import XGBClassifier, XGBRegressor

rng = np.random.default_rng(5)
rows = 600
flights = pd.DataFrame({
    "carrier": rng.choice(["AA", "UA", "DL", "B6"], rows), "origin": rng.choice(["JFK", "LGA", "EWR"], rows),
    "distance": rng.uniform(90, 2600, rows).round(0), "wind": rng.gamma(2, 5, rows).round(1), "hour": rng.integers(5, 23, rows)})
lean = (flights.carrier == "UA") * .8 + (flights.origin == "JFK") * .5 + (flights.hour - 13) / 6 + (flights.wind - 10) / 8 - flights.distance / 2000
late = pd.Series(np.where(lean + rng.logistic(0, 1, rows) > 0, "late", "on time"), name="late")
delay = pd.Series((lean * 12 + rng.normal(0, 8, rows)).round(1), name="delay")
gaps = flights.copy()
gaps.loc[rng.random(rows) < .15, "wind"] = np.nan
gaps.loc[rng.random(rows) < .1, "hour"] = np.nan
iris = load_iris(as_frame=True)
X = iris.data.set_axis(["sepal_length", "sepal_width", "petal_length", "petal_width"], axis=1)
species, species_number = pd.Series(iris.target_names[iris.target], name="species"), pd.Series(iris.target, name="species")
num, cat = ["distance", "wind", "hour"], ["carrier", "origin"]
F, G = flights[num + cat], gaps[num + cat]


def save(name, estimator, X, y=None, steps=()):
    pipeline = PMMLPipeline([*steps, ("model", estimator)])
    pipeline.fit(X, y) if y is not None else pipeline.fit(X)
    sklearn2pmml(pipeline, f"{sys.argv[1]}/{name}.pmml")


def columns(numeric="passthrough", text=None):
    return [("columns", ColumnTransformer([("n", numeric, num), ("c", text or OneHotEncoder(handle_unknown="ignore"), cat)]))]


def expression(text):
    return Pipeline([("e", ExpressionTransformer(text)), ("r", Reshaper((-1, 1)))])


scaled = [("scale", StandardScaler())]
number = pd.Series((late == "late").astype(int), name="late")
save("sklearn-tree-iris", DecisionTreeClassifier(max_depth=4, random_state=1), X, species)
save("sklearn-tree-regression", DecisionTreeRegressor(max_depth=5, random_state=1), F, delay, columns())
save("sklearn-forest-flights", RandomForestClassifier(6, max_depth=4, random_state=1), F, late, columns())
save("sklearn-forest-regression", RandomForestRegressor(5, max_depth=4, random_state=1), F, delay, columns())
save("sklearn-gbm-flights", GradientBoostingClassifier(n_estimators=8, random_state=1), F, late, columns())
save("sklearn-gbm-iris", GradientBoostingClassifier(n_estimators=4, max_depth=2, random_state=1), X, species)
save("sklearn-gbm-regression", GradientBoostingRegressor(n_estimators=8, random_state=1), F, delay, columns())
save("sklearn-histgb-missing", HistGradientBoostingClassifier(max_iter=6, max_depth=3), G[num], late)
save("sklearn-logistic-flights", LogisticRegression(max_iter=500), F, late, columns(StandardScaler()))
save("sklearn-logistic-iris", LogisticRegression(max_iter=500), X, species, scaled)
domain = ContinuousDomain(missing_value_replacement=9, invalid_value_treatment="as_is", outlier_treatment="as_extreme_values", low_value=1, high_value=2000)
texts = CategoricalDomain(invalid_value_treatment="as_is", missing_value_replacement="UA")
save("sklearn-linear-domains", LinearRegression(), G, delay,
     columns(Pipeline([("d", domain), ("s", MinMaxScaler())]), Pipeline([("d", texts), ("o", OneHotEncoder())])))
save("sklearn-ridge-imputer", Ridge(), G[num], delay, [("i", SimpleImputer(strategy="median")), ("s", RobustScaler())])
save("sklearn-poly", LinearRegression(), X.iloc[:, :2], X.iloc[:, 2], [("p", PolynomialFeatures(2))])
save("sklearn-kbins", LogisticRegression(), F[num], late, [("k", KBinsDiscretizer(4, encode="onehot"))])
save("sklearn-poisson", PoissonRegressor(), F[num], delay.abs().round(0), scaled)
save("sklearn-gamma", GammaRegressor(), F[num], delay.abs() + 1, scaled)
save("sklearn-gaussian-nb", GaussianNB(), X, species)
save("sklearn-kmeans", KMeans(3, random_state=1, n_init=3), X)
save("sklearn-minibatch-kmeans-scaled", MiniBatchKMeans(4, random_state=1, n_init=3), X, None, scaled)
save("sklearn-mlp-iris", MLPClassifier((5,), max_iter=400, random_state=1), X, species, scaled)
save("sklearn-mlp-flights", MLPClassifier((6, 4), activation="tanh", max_iter=300, random_state=1), F, late, columns(StandardScaler()))
save("sklearn-mlp-regression", MLPRegressor(hidden_layer_sizes=(5, 3), activation="logistic", max_iter=900, random_state=1), F, delay / 10, columns(StandardScaler()))
save("sklearn-bagging", BaggingClassifier(DecisionTreeClassifier(max_depth=3), n_estimators=4, random_state=1), X, species)
save("sklearn-voting", VotingClassifier([("l", LogisticRegression(max_iter=300)), ("t", DecisionTreeClassifier(max_depth=3)), ("n", GaussianNB())], voting="soft"), X, species)
save("sklearn-stacking", StackingRegressor([("l", LinearRegression()), ("t", DecisionTreeRegressor(max_depth=3))], LinearRegression()), F[num], delay)
save("sklearn-adaboost-regression", AdaBoostRegressor(DecisionTreeRegressor(max_depth=3), n_estimators=5, random_state=1), F[num], delay)
save("sklearn-isolation-forest", IsolationForest(n_estimators=8, max_samples=64, random_state=1), F[num])
save("sklearn-linear-svc", LinearSVC(), X, species, scaled)
save("sklearn-sgd-log", SGDClassifier(loss="log_loss", random_state=1), X, species, scaled)
save("sklearn-normalizer-pca", LogisticRegression(), X, species, [("p", PCA(2))])
save("sklearn-gbdt-lr", GBDTLRClassifier(GradientBoostingClassifier(n_estimators=3, max_depth=2), LogisticRegression()), F, late, columns())
save("sklearn-ruleset", RuleSetClassifier([("X['wind'] > 15 and X['hour'] > 18", "late"), ("X['distance'] < 300", "on time")], default_score="on time"), F, late)
save("sklearn-expression", LogisticRegression(), F[num].values, late, [("i", ColumnTransformer([
    ("a", expression("X[0] * 2 + X[1] / (X[1] + 1) if X[0] > 500 else -X[1]"), [0, 2]),
    ("b", expression("numpy.log1p(X[0]) + numpy.sqrt(X[0]) - numpy.floor(X[0]/7)"), [0])])), *scaled])
lookup = Pipeline([("l", LookupTransformer({"AA": 1.5, "UA": 4.0, "DL": -2.0, "B6": 0.25}, 0.0)), ("r", Reshaper((-1, 1)))])
save("sklearn-lookup", LinearRegression(), F[["carrier", "hour"]].values, delay,
     [("c", ColumnTransformer([("l", lookup, [0]), ("p", PowerFunctionTransformer(2), [1])]))])
cut = Pipeline([("c", CutTransformer(bins=[0, 7, 12, 18, 24], labels=["a", "b", "c", "d"])), ("r", Reshaper((-1, 1))), ("o", OneHotEncoder())])
save("sklearn-cut", LinearRegression(), F[num].values, delay, [("c", ColumnTransformer([("h", cut, [2])]))])
save("lightgbm-flights", LGBMClassifier(n_estimators=8, num_leaves=8, verbose=-1), G[num], late)
categories = CategoricalDomain(with_statistics=False, dtype="category")
save("lightgbm-categorical", LGBMClassifier(n_estimators=6, num_leaves=8, verbose=-1), G, late, [("d", ColumnTransformer(
    [("n", ContinuousDomain(with_statistics=False), num), ("a", categories, ["carrier"]), ("b", categories, ["origin"])],
    verbose_feature_names_out=False).set_output(transform="pandas"))])
save("lightgbm-iris", LGBMClassifier(n_estimators=4, num_leaves=5, verbose=-1), X, species)
save("lightgbm-regression", LGBMRegressor(n_estimators=8, num_leaves=8, verbose=-1), G[num], delay)
save("lightgbm-poisson", LGBMRegressor(objective="poisson", n_estimators=5, num_leaves=6, verbose=-1), G[num], delay.abs())
save("xgboost-flights", XGBClassifier(n_estimators=8, max_depth=3), G[num], number)
save("xgboost-iris", XGBClassifier(n_estimators=4, max_depth=3), X, species_number)
save("xgboost-regression", XGBRegressor(n_estimators=8, max_depth=3), G[num], delay)
