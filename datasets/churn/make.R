# Makes mlc-churn.csv and SHA256SUMS from the data frame mlc_churn of modeldata 1.1.0 (Debian: r-cran-modeldata).
#
#   Rscript make.R            writes both
#   Rscript make.R --check    writes nothing, fails where the committed file would be another

arguments <- commandArgs(FALSE)
here <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", arguments, value = TRUE)[1])))
is_check <- "--check" %in% commandArgs(TRUE)
if (!requireNamespace("modeldata", quietly = TRUE))
  stop("the R package modeldata is missing; install it with: apt-get install r-cran-modeldata", call. = FALSE)

# modeldata has the 3,333 rows of the original churn.data first, then the 1,667 of churn.test.
TRAINING_ROWS <- 3333L

customers <- as.data.frame(modeldata::mlc_churn)
names(customers) <- gsub("_(.)", "\\U\\1", names(customers), perl = TRUE)
number <- seq_len(nrow(customers))
customers <- data.frame(
  customerId = sprintf("C%04d", number),
  split = ifelse(number <= TRAINING_ROWS, "train", "test"),
  customers
)
customers$areaCode <- sub("area_code_", "", customers$areaCode)

made <- tempfile(fileext = ".csv")
connection <- file(made, "wb")
utils::write.table(customers, connection, sep = ",", quote = FALSE, row.names = FALSE, eol = "\n")
close(connection)

committed <- file.path(here, "mlc-churn.csv")
if (is_check) {
  if (!identical(readLines(made), readLines(committed)))
    stop("mlc-churn.csv is not what this script makes of modeldata ", utils::packageVersion("modeldata"), call. = FALSE)
  cat("mlc-churn.csv is what this script makes.\n")
} else {
  invisible(file.copy(made, committed, overwrite = TRUE))
  setwd(here)
  writeLines(system2("sha256sum", "mlc-churn.csv", stdout = TRUE), "SHA256SUMS")
}
