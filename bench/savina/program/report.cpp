#include "savina/program/report.hpp"

#include <algorithm>
#include <cstdio>
#include <string>

#include <fmt/format.h>

#include "support/statistics.hpp"

namespace spinoff::bench {

namespace {

// `n=3 m=4`, with the workload's order of parameters.
template <class ValueOf>
std::string in_words(const Workload& workload, ValueOf value_of) {
  std::string text;
  for (const Parameter& parameter : workload.parameters) {
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", parameter.key, value_of(parameter));
  }
  return text;
}

double median_seconds(const Series& series) {
  std::vector<double> seconds;
  seconds.reserve(series.results.size());
  for (const Result& result : series.results) {
    seconds.push_back(result.seconds);
  }
  return median(std::move(seconds));
}

// Of each further figure, over all runs.
Figures median_figures(const Series& series) {
  std::map<std::string, std::vector<double>> all;
  for (const Result& result : series.results) {
    for (const auto& [name, value] : result.figures) {
      all[name].push_back(value);
    }
  }
  Figures medians;
  for (const auto& [name, values] : all) {
    medians[name] = median(values);
  }
  return medians;
}

}  // namespace

bool Series::verified() const {
  return std::all_of(results.begin(), results.end(),
                     [](const Result& result) { return result.verified; });
}

void print_workloads() {
  for (const Workload& workload : workloads()) {
    const std::string parameters =
        in_words(workload, [](const Parameter& parameter) { return parameter.standard; });
    fmt::print("{:<12} {:<28} {}\n", workload.name, parameters, workload.summary);
  }
}

void print_json(const Series& series) {
  std::string params;
  for (const auto& [key, value] : series.order.values) {
    params += fmt::format("{}\"{}\":{}", params.empty() ? "" : ",", key, value);
  }
  std::string seconds;
  for (const Result& result : series.results) {
    seconds += fmt::format("{}{:.9f}", seconds.empty() ? "" : ",", result.seconds);
  }
  std::string figures;
  for (const auto& [name, value] : median_figures(series)) {
    figures += fmt::format(",\"{}\":{:.3f}", name, value);
  }
  fmt::print(
      "{{\"name\":\"{}\",\"params\":{{{}}},\"workers\":{},\"messages\":{},\"seconds\":[{}],"
      "\"median_s\":{:.9f}{},\"verified\":{}}}\n",
      series.order.workload->name, params, series.workers, series.results.front().messages, seconds,
      median_seconds(series), figures, series.verified());
  std::fflush(stdout);
}

void print_table_head() {
  fmt::print("{:<12} {:<28} {:>7} {:>11} {:>10} {:>12}  {}\n", "benchmark", "parameters", "workers",
             "messages", "median s", "messages/s", "verified");
}

void print_table_row(const Series& series) {
  const std::string parameters = in_words(*series.order.workload, [&](const Parameter& parameter) {
    return series.order.values.find(parameter.key)->second;
  });
  const double seconds = median_seconds(series);
  const auto messages = static_cast<double>(series.results.front().messages);
  fmt::print("{:<12} {:<28} {:>7} {:>11} {:>10.4f} {:>12.0f}  {}\n", series.order.workload->name,
             parameters, series.workers, series.results.front().messages, seconds,
             seconds > 0 ? messages / seconds : 0.0, series.verified() ? "yes" : "NO");
  for (const auto& [name, value] : median_figures(series)) {
    fmt::print("{:<12} {} {:.1f}\n", "", name, value);
  }
  std::fflush(stdout);
}

}  // namespace spinoff::bench
