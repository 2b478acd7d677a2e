// Pinocchio's pose and frame Jacobian in a loop, called through ctypes: its rate without Python. The model comes as numbers,
// so that nothing crosses the border to the wheel's own libraries, which were built with other alignments.
#include <pinocchio/algorithm/frames.hpp>

#include <memory>
#include <string>

namespace pin = pinocchio;

namespace {
struct Chain {
  pin::Model model;
  std::unique_ptr<pin::Data> data;
  pin::FrameIndex tool;
};

pin::SE3 placement(const double *rows) {
  Eigen::Map<const Eigen::Matrix<double, 4, 4, Eigen::RowMajor>> T(rows);
  return pin::SE3(T.topLeftCorner<3, 3>(), T.topRightCorner<3, 1>());
}
}  // namespace

#define EXPORT extern "C" __attribute__((visibility("default")))

// A chain of joints that turn about z; placements (joints, 4, 4) in the joint before, `tool` (4, 4) in the last.
EXPORT void *chain(int joints, const double *placements, const double *tool) {
  auto *made = new Chain;
  pin::JointIndex last = 0;
  for (int i = 0; i < joints; ++i)
    last = made->model.addJoint(last, pin::JointModelRZ(), placement(placements + 16 * i), "joint" + std::to_string(i));
  made->tool = made->model.addFrame(pin::Frame("tool", last, placement(tool), pin::OP_FRAME));
  made->data = std::make_unique<pin::Data>(made->model);
  return made;
}

// q (n, joints) -> poses (n, 4, 4) and Jacobians (n, 6, joints), each matrix column by column.
EXPORT void frame_jacobians(void *handle, int n, const double *q, double *T, double *J) {
  auto &its = *static_cast<Chain *>(handle);
  const int joints = its.model.nv;
  for (int i = 0; i < n; ++i) {
    Eigen::Map<const Eigen::VectorXd> at(q + i * joints, joints);
    Eigen::Map<Eigen::Matrix<double, 6, Eigen::Dynamic>> out(J + 6 * joints * i, 6, joints);
    pin::computeFrameJacobian(its.model, *its.data, at, its.tool, pin::LOCAL_WORLD_ALIGNED, out);
    Eigen::Map<Eigen::Matrix4d>(T + 16 * i) = pin::updateFramePlacement(its.model, *its.data, its.tool).toHomogeneousMatrix();
  }
}
