// Bugs of the zoo in OpenCV, each under the name of the zoo's program and with its numbers.
// Without arguments: prints the names. With one: runs it.

#include <cmath>
#include <deque>
#include <iostream>
#include <map>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

namespace {

using cv::Mat;

double sum(const Mat& m) { return cv::sum(m)[0]; }

double max(const Mat& m) {
  double highest;
  cv::minMaxLoc(m, nullptr, &highest);
  return highest;
}

void frame_queue() {
  Mat frame = Mat::zeros(2, 2, CV_32S);
  std::deque<Mat> queue;
  for (int i = 1; i <= 3; ++i) {
    frame.setTo(i);
    queue.push_back(frame);
  }
  std::cout << max(queue[0]) << " " << max(queue[1]) << " " << max(queue[2]) << "\n";
}

void thread_buffers() {
  std::vector<Mat> sums(3, Mat::zeros(1, 1, CV_32S));
  for (int worker = 0; worker < 3; ++worker) sums[worker] += 1 << worker;
  std::cout << sum(sums[0]) << " " << sum(sums[1]) << " " << sum(sums[2]) << "\n";
}

double contrast(const Mat& image) {
  Mat work = image;
  work -= cv::mean(image);
  return max(work);
}

void const_parameter() {
  const Mat image = (cv::Mat_<double>(2, 2) << 0, 2, 0, 2);
  std::cout << "contrast " << contrast(image);
  std::cout << ", of an image whose sum is " << sum(image) << "\n";
}

double without_first_row(cv::InputArray input) {
  Mat image = input.getMat();
  image.row(0).setTo(0);
  return sum(image);
}

void const_laundering() {
  const Mat image = Mat::ones(2, 2, CV_32S);
  std::cout << without_first_row(image);
  std::cout << " of " << sum(image) << "\n";
}

void rebound_roi() {
  Mat canvas = Mat::zeros(4, 4, CV_32S), stamp = Mat(2, 2, CV_32S, 5);
  Mat roi = canvas(cv::Rect(0, 0, 2, 2));
  roi = stamp;
  roi += 1;
  std::cout << "canvas " << sum(canvas) << ", stamp " << sum(stamp) << "\n";
}

void polar_in_place() {
  Mat x = Mat::ones(1, 3, CV_64F), y = Mat::ones(1, 3, CV_64F);
  Mat length = x, angle;
  cv::cartToPolar(x, y, length, angle, true);
  std::cout << std::lround(angle.at<double>(0)) << " degrees\n";
}

void observation_buffer() {
  Mat observation = Mat::zeros(1, 2, CV_64F);
  const auto step = [&] { return observation += 1; };
  const Mat before = step(), after = step();
  std::cout << "moved by " << max(after - before) << "\n";
}

void best_snapshot() {
  Mat weights = Mat::zeros(1, 3, CV_64F), best;
  const auto loss = [&] { return std::abs(weights.at<double>(0) - 2); };
  double best_loss = loss();
  for (int epoch = 0; epoch < 4; ++epoch) {
    weights += 1;
    if (loss() >= best_loss) continue;
    best_loss = loss();
    best = weights;
  }
  std::cout << "best weight " << best.at<double>(0) << "\n";
}

struct Dataset {
  std::string name;
  Mat values;
};

void dataset_copy() {
  Dataset raw{"raw", (cv::Mat_<double>(1, 3) << 2, 4, 6)};
  Dataset anomaly = raw;
  anomaly.values -= cv::mean(anomaly.values);
  std::cout << raw.name << " data sum to " << sum(raw.values) << "\n";
}

double fit(Mat kernel) {
  kernel.diag() += 10;
  return sum(kernel);
}

void fit_changes_input() {
  Mat kernel = Mat::eye(2, 2, CV_64F);
  std::cout << "fitted " << fit(kernel);
  std::cout << ", of a matrix with trace " << cv::trace(kernel)[0] << "\n";
}

void row_swap() {
  Mat m = (cv::Mat_<int>(2, 2) << 1, 1, 2, 2);
  const Mat first = m.row(0);
  m.row(1).copyTo(m.row(0));
  first.copyTo(m.row(1));
  std::cout << "[" << m.at<int>(0, 0) << " " << m.at<int>(1, 0) << "]\n";
}

void blur_in_place() {
  Mat image = (cv::Mat_<int>(1, 4) << 0, 6, 6, 6);
  Mat result = image;
  for (int i = 1; i < 4; ++i) {
    result.at<int>(i) = (image.at<int>(i - 1) + image.at<int>(i)) / 2;
  }
  std::cout << "[" << result.at<int>(0) << " " << result.at<int>(1) << " " << result.at<int>(2)
            << " " << result.at<int>(3) << "]\n";
}

void driver_buffer() {
  std::vector<int> memory(4, 1);
  const Mat frame(1, 4, CV_32S, memory.data());
  std::cout << max(frame) << " then ";
  memory.assign(4, 2);
  std::cout << max(frame) << "\n";
}

/// Not of the zoo: shows that the sanitizers are on.
void use_after_free() {
  auto* memory = new std::vector<int>(4, 1);
  const Mat frame(1, 4, CV_32S, memory->data());
  delete memory;
  std::cout << frame.at<int>(0) << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  const std::map<std::string, void (*)()> bugs{
      {"best_snapshot", best_snapshot},
      {"blur_in_place", blur_in_place},
      {"const_laundering", const_laundering},
      {"const_parameter", const_parameter},
      {"dataset_copy", dataset_copy},
      {"driver_buffer", driver_buffer},
      {"fit_changes_input", fit_changes_input},
      {"frame_queue", frame_queue},
      {"observation_buffer", observation_buffer},
      {"polar_in_place", polar_in_place},
      {"rebound_roi", rebound_roi},
      {"row_swap", row_swap},
      {"thread_buffers", thread_buffers},
      {"use_after_free", use_after_free},
  };
  if (argc > 1) return bugs.at(argv[1])(), 0;
  for (const auto& [name, run] : bugs) std::cout << name << "\n";
}
