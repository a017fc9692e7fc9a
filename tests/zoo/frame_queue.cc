// Every entry of a queue of frames is the last frame: the camera has one buffer.
// Thread: ros-drivers/video_stream_opencv#22
// Prints: 3 3 3
// Meant:  1 2 3

#include <deque>
#include <iostream>

#include "cow/cow.h"

namespace {

class Camera {
 public:
  cow::Array<int> grab() {
    frame_.fill(++count_);  // AS001
    return frame_;
  }

 private:
  cow::Array<int> frame_ = cow::zeros<int>({2, 2}).label("frame");
  int count_ = 0;
};

void print(const std::deque<cow::Array<int>>& queue) {
  std::cout << queue[0].max() << " " << queue[1].max() << " " << queue[2].max() << "\n";
}

void bug() {
  Camera camera;
  std::deque<cow::Array<int>> queue;
  for (int i = 0; i < 3; ++i) queue.push_back(camera.grab());
  print(queue);
}

void fixed() {
  Camera camera;
  std::deque<cow::Array<int>> queue;
  for (int i = 0; i < 3; ++i) queue.push_back(camera.grab().copy());
  print(queue);
}

}  // namespace

int main(int argc, char**) { argc > 1 ? fixed() : bug(); }
