# Points of a control chart from Driftless, with R's own library.
#
#   Rscript read_points.R https://driftless.example <chart id>
#
# The key is taken from DRIFTLESS_API_KEY. Prints n, mean and the points where a rule fired.
args <- commandArgs(trailingOnly = TRUE)

# Records of a collection as a data frame; `query` as it stands in an address.
read_driftless <- function(site, collection, query) {
  address <- sprintf("%s/api/v1/%s?format=csv&%s", site, collection, query)
  key <- c(Authorization = paste("Bearer", Sys.getenv("DRIFTLESS_API_KEY")))
  from <- url(address, headers = key, open = "r", encoding = "UTF-8")
  on.exit(close(from))
  read.csv(from, na.strings = "", colClasses = c(at = "character", rules = "character"))
}

points <- read_driftless(args[1], "points", paste0("chart=", args[2], "&columns=at,value,lot,slot,rules,excluded"))
points$at <- as.POSIXct(points$at, format = "%Y-%m-%dT%H:%M:%OSZ", tz = "UTC")
used <- points$value[is.na(points$excluded)]
cat(sprintf("%d points, mean %.6g\n", length(used), mean(used)))
out <- points[!is.na(points$rules), ]
for (i in seq_len(nrow(out)))
  cat(sprintf("%s.%s %s rules %s\n", out$lot[i], out$slot[i], format(out$value[i]), out$rules[i]))
