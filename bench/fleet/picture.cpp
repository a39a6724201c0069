// SPDX-License-Identifier: Apache-2.0
#include "bench/fleet/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace beckon::bench {
namespace {

constexpr int kWidth = 860;
constexpr int kLeft = 70;
constexpr int kRight = 840;
constexpr int kPanel = 220;  // the height of a panel
constexpr int kShareTop = 50;
constexpr int kRateTop = 320;
constexpr int kLegendTop = 585;
constexpr int kHeight = 655;
constexpr int kPoints = 250;
constexpr int kDecades = 7;  // of the attempts' logarithmic axis: 1 to 10,000,000

// Okabe and Ito's colours, which most kinds of colour blindness tell apart.
constexpr std::array<const char*, 7> kColours = {"#d55e00", "#56b4e9", "#999999", "#0072b2",
                                                 "#cc79a7", "#009e73", "#e69f00"};

// A policy's name stands in bold in the tables.
std::string plain(std::string name) {
  std::erase(name, '*');
  return name;
}

class Drawing {
 public:
  explicit Drawing(const OutageFigures& outage) : outage_(outage) {
    const std::int64_t floor_s = outage.options.devices / outage.options.limit_per_s;
    seconds_ = static_cast<std::size_t>(std::max<std::int64_t>(60, floor_s * 3 / 2));
  }

  std::string draw() {
    text_ = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
        "height=\"{1}\" font-family=\"sans-serif\" font-size=\"12\">\n"
        "<rect width=\"{0}\" height=\"{1}\" fill=\"#ffffff\"/>\n",
        kWidth, kHeight);
    label(kLeft, 20, "start",
          fmt::format("{} devices come back after {}, at most {} new connections per second",
                      grouped(outage_.options.devices), lasting(outage_.options.lasted),
                      outage_.options.limit_per_s));
    share_axis();
    rate_axis();
    for (std::size_t i = 0; i < outage_.recoveries.size(); ++i) {
      const char* colour = kColours[i % kColours.size()];
      curve(share_of(outage_.recoveries[i]), colour, i == 0);
      curve(rate_of(outage_.recoveries[i]), colour, i == 0);
      legend(i, colour, plain(outage_.recoveries[i].policy));
    }
    return text_ + "</svg>\n";
  }

 private:
  void label(double x, double y, const char* anchor, const std::string& what) {
    text_ += fmt::format("<text x=\"{:.0f}\" y=\"{:.0f}\" text-anchor=\"{}\">{}</text>\n", x, y,
                         anchor, what);
  }

  void line(double x1, double y1, double x2, double y2) {
    text_ += fmt::format(
        "<line x1=\"{:.0f}\" y1=\"{:.0f}\" x2=\"{:.0f}\" y2=\"{:.0f}\" stroke=\"#dddddd\"/>\n", x1,
        y1, x2, y2);
  }

  double x_of(std::size_t second) const {
    return kLeft + static_cast<double>(second) * (kRight - kLeft) / static_cast<double>(seconds_);
  }

  void time_axis(int top) {
    for (std::size_t i = 0; i <= 6; ++i) {
      const std::size_t second = seconds_ * i / 6;
      line(x_of(second), top, x_of(second), top + kPanel);
      label(x_of(second), top + kPanel + 16, "middle",
            grouped(static_cast<std::int64_t>(second)) + " s");
    }
  }

  void share_axis() {
    label(kLeft, kShareTop - 8, "start", "back, in percent of the fleet");
    time_axis(kShareTop);
    for (int percent = 0; percent <= 100; percent += 25) {
      const double y = kShareTop + kPanel * (100 - percent) / 100.0;
      line(kLeft, y, kRight, y);
      label(kLeft - 6, y + 4, "end", fmt::format("{} %", percent));
    }
  }

  void rate_axis() {
    label(kLeft, kRateTop - 8, "start", "attempts per second, logarithmic");
    time_axis(kRateTop);
    std::int64_t value = 1;
    for (int decade = 0; decade <= kDecades; ++decade, value *= 10) {
      const double y = kRateTop + kPanel * (kDecades - decade) / static_cast<double>(kDecades);
      line(kLeft, y, kRight, y);
      label(kLeft - 6, y + 4, "end", grouped(value));
    }
  }

  struct Point {
    double x;
    double y;
  };

  std::vector<Point> share_of(const Recovery& recovery) const {
    std::vector<Point> points;
    std::uint64_t back = 0;
    std::size_t next = 0;
    for (int i = 0; i <= kPoints; ++i) {
      const std::size_t second = seconds_ * static_cast<std::size_t>(i) / kPoints;
      for (; next < second && next < recovery.accepted_per_s.size(); ++next) {
        back += recovery.accepted_per_s[next];
      }
      const double share = static_cast<double>(back) / static_cast<double>(outage_.options.devices);
      points.push_back({x_of(second), kShareTop + kPanel * (1 - share)});
    }
    return points;
  }

  // The mean of what lies between two points.
  std::vector<Point> rate_of(const Recovery& recovery) const {
    std::vector<Point> points;
    for (int i = 0; i < kPoints; ++i) {
      const std::size_t from = seconds_ * static_cast<std::size_t>(i) / kPoints;
      const std::size_t until =
          std::max(from + 1, seconds_ * static_cast<std::size_t>(i + 1) / kPoints);
      if (from >= recovery.attempts_per_s.size()) break;
      double sum = 0;
      for (std::size_t s = from; s < until && s < recovery.attempts_per_s.size(); ++s) {
        sum += recovery.attempts_per_s[s];
      }
      const double decades =
          std::log10(std::max(1.0, sum / static_cast<double>(until - from))) / kDecades;
      points.push_back({x_of(from), kRateTop + kPanel * (1 - decades)});
    }
    return points;
  }

  void curve(const std::vector<Point>& points, const char* colour, bool strong) {
    text_ += fmt::format("<polyline fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" points=\"",
                         colour, strong ? "3" : "1.5");
    for (const Point& point : points) text_ += fmt::format("{:.1f},{:.1f} ", point.x, point.y);
    text_.back() = '"';
    text_ += "/>\n";
  }

  void legend(std::size_t index, const char* colour, const std::string& name) {
    const double x = kLeft + static_cast<double>(index % 3) * 260;
    const std::size_t row = index / 3;
    const double y = kLegendTop + static_cast<double>(row) * 24;
    text_ +=
        fmt::format("<rect x=\"{:.0f}\" y=\"{:.0f}\" width=\"22\" height=\"4\" fill=\"{}\"/>\n", x,
                    y - 6, colour);
    label(x + 28, y, "start", name);
  }

  const OutageFigures& outage_;
  std::size_t seconds_ = 0;  // the width of the picture
  std::string text_;
};

}  // namespace

std::string picture(const OutageFigures& outage) {
  return Drawing(outage).draw();
}

}  // namespace beckon::bench
