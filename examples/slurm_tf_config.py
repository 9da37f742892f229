"""Print the TF_CONFIG of one task of a SLURM job step with one task a node.

srun --ntasks-per-node=1 bash -c 'TF_CONFIG=$(python examples/slurm_tf_config.py) \
    python train.py ART RUN --batch 128'
"""

import json
import os
import subprocess

PORT = 2222

if __name__ == "__main__":
    names = os.environ.get("SLURM_STEP_NODELIST") or os.environ["SLURM_JOB_NODELIST"]
    listed = subprocess.run(
        ["scontrol", "show", "hostnames", names], capture_output=True, text=True, check=True
    )
    workers = [f"{host}:{PORT}" for host in listed.stdout.split()]
    task = {"type": "worker", "index": int(os.environ["SLURM_PROCID"])}
    print(json.dumps({"cluster": {"worker": workers}, "task": task}))
