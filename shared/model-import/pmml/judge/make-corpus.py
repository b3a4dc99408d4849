"""Makes the documents of the corpus that come from scikit-learn, LightGBM and XGBoost.

python3.11, scikit-learn 1.8.0, sklearn2pmml 0.133.1 (with its converter, AGPL-3.0: a tool, no part of this project; what it
writes is ours), lightgbm, xgboost, pandas. Usage: make-corpus.py FOLDER
"""
