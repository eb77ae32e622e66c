"""Event files as a Hugging Face Trainer writes them: scalars, its arguments, the model's config."""

import json

import pytest

pytest.importorskip("tensorboard", reason="needs tensorboard")

from tensorboard.compat.proto import event_pb2, tensor_pb2, tensor_shape_pb2, types_pb2
from tensorboard.plugins.hparams import summary_v2
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from tuning_playbook.importers.opening import open_foreign
from tuning_playbook.importers.roles.told_columns import described
from tuning_playbook.importers.taken_as import SETTINGS, Role
from tuning_playbook.importers.trainer_arguments import arguments_in

# `TrainingArguments.to_json_string()` of transformers 4.44, without some of its empty entries.
ARGUMENTS = {
    "output_dir": "out", "overwrite_output_dir": False, "do_train": False, "do_eval": True,
    "do_predict": False, "eval_strategy": "epoch", "prediction_loss_only": False,
    "per_device_train_batch_size": 16, "per_device_eval_batch_size": 8,
    "per_gpu_train_batch_size": None, "gradient_accumulation_steps": 1,
    "eval_accumulation_steps": None, "eval_delay": 0, "torch_empty_cache_steps": None,
    "learning_rate": 5e-05, "weight_decay": 0.01, "adam_beta1": 0.9, "adam_beta2": 0.999,
    "adam_epsilon": 1e-08, "max_grad_norm": 1.0, "num_train_epochs": 3, "max_steps": -1,
    "lr_scheduler_type": "linear", "lr_scheduler_kwargs": {}, "warmup_ratio": 0.0,
    "warmup_steps": 0, "log_level": "passive", "log_on_each_node": True, "logging_dir": "logs",
    "logging_strategy": "steps", "logging_first_step": False, "logging_steps": 500,
    "save_strategy": "steps", "save_steps": 500, "save_total_limit": None, "use_cpu": False,
    "seed": 42, "data_seed": None, "jit_mode_eval": False, "bf16": False, "fp16": False,
    "fp16_opt_level": "O1", "half_precision_backend": "auto", "tf32": None, "local_rank": 0,
    "debug": [], "dataloader_drop_last": False, "eval_steps": None, "dataloader_num_workers": 0,
    "past_index": -1, "run_name": "out", "disable_tqdm": False, "remove_unused_columns": True,
    "label_names": None, "load_best_model_at_end": False, "metric_for_best_model": None,
    "greater_is_better": None, "fsdp": [], "fsdp_min_num_params": 0,
    "fsdp_config": {"min_num_params": 0, "xla": False, "xla_fsdp_v2": False},
    "accelerator_config": {"split_batches": False, "dispatch_batches": None, "even_batches": True,
                           "use_seedable_sampler": True, "gradient_accumulation_kwargs": None},
    "deepspeed": None, "label_smoothing_factor": 0.0, "optim": "adamw_torch", "optim_args": None,
    "adafactor": False, "group_by_length": False, "length_column_name": "length",
    "report_to": ["tensorboard"], "ddp_backend": None, "dataloader_pin_memory": True,
    "push_to_hub": False, "resume_from_checkpoint": None, "hub_model_id": None,
    "hub_strategy": "every_save", "hub_token": "<HUB_TOKEN>", "gradient_checkpointing": False,
    "include_inputs_for_metrics": False, "auto_find_batch_size": False, "full_determinism": False,
    "torchdynamo": None, "ray_scope": "last", "ddp_timeout": 1800, "torch_compile": False,
    "include_num_input_tokens_seen": False, "neftune_noise_alpha": None,
    "optim_target_modules": None, "batch_eval_metrics": False,
}  # fmt: skip
MODEL = {"architectures": ["BertForSequenceClassification"], "hidden_size": 768,
         "hidden_dropout_prob": 0.1, "num_attention_heads": 12}  # fmt: skip


def text(tag, content):
    """What PyTorch's ``SummaryWriter.add_text`` writes."""
    event = event_pb2.Event(wall_time=100.0)
    value = event.summary.value.add(tag=f"{tag}/text_summary")
    value.metadata.plugin_data.plugin_name = "text"
    shape = tensor_shape_pb2.TensorShapeProto(dim=[{"size": 1}])
    tensor = tensor_pb2.TensorProto(dtype=types_pb2.DT_STRING, tensor_shape=shape)
    tensor.string_val.append(content.encode())
    value.tensor.CopyFrom(tensor)
    return event


def write_run(output, losses=(0.9, 0.7, 0.6), **changed):
    """The event file of one training."""
    folder = output / "runs" / f"Sep01_12-00-00_host-{output.name}"
    folder.mkdir(parents=True)
    writer = EventFileWriter(str(folder))
    arguments = {**ARGUMENTS, "output_dir": str(output), "logging_dir": str(folder),
                 "run_name": str(output), **changed}  # fmt: skip
    writer.add_event(text("args", json.dumps(arguments, indent=2)))
    writer.add_event(text("model_config", json.dumps(MODEL, indent=2)))
    for i, loss in enumerate(losses):
        logged = {"train/loss": loss, "train/grad_norm": 1.5, "train/learning_rate": 1e-5,
                  "train/epoch": i + 1.0, "eval/loss": loss + 0.1}  # fmt: skip
        for tag, number in logged.items():
            event = event_pb2.Event(step=500 * (i + 1), wall_time=101.0 + i)
            event.summary.value.add(tag=tag, simple_value=number)
            writer.add_event(event)
    writer.close()
    return folder


def only(path):
    (study,) = open_foreign(str(path))
    return described(study)


@pytest.fixture
def rates(tmp_path):
    for i, rate in enumerate((1e-5, 3e-5, 1e-4)):
        write_run(tmp_path / f"run{i}", learning_rate=rate, eval_delay=i % 2, seed=i)
    return tmp_path


def test_the_arguments_among_the_texts_are_settings(rates):
    study = only(rates)
    assert study.parameters["learning_rate"] == [1e-5, 3e-5, 1e-4]
    roles = {one.name: one.role for one in study.columns}
    assert roles["learning_rate"] is Role.HYPERPARAMETER
    assert roles["seed"] is Role.SEED
    assert roles["eval/loss"] is Role.RESULT


def test_only_arguments_that_vary_or_are_known_hyperparameters_are_kept(rates):
    study = only(rates)
    settings = {one.name for one in study.columns if one.role in SETTINGS}
    assert settings == {
        "learning_rate", "eval_delay", "weight_decay", "adam_beta1", "adam_beta2", "adam_epsilon",
        "max_grad_norm", "num_train_epochs", "lr_scheduler_type", "warmup_ratio", "warmup_steps",
        "label_smoothing_factor", "optim", "per_device_train_batch_size",
        "gradient_accumulation_steps", "fp16_opt_level",
    }  # fmt: skip
    varying = {one.name for one in study.columns if one.role is Role.HYPERPARAMETER}
    assert varying == {"learning_rate", "eval_delay"}


def test_the_models_configuration_is_no_hyperparameter(rates):
    for output in rates.iterdir():
        (output / "config.json").write_text(json.dumps(MODEL))
    study = only(rates)
    assert study.ids == ("run0", "run1", "run2")
    assert study.parameters["learning_rate"] == [1e-5, 3e-5, 1e-4]
    assert not {"hidden_size", "num_attention_heads", "hidden_dropout_prob"} & {*study.parameters}


def test_other_settings_beside_the_run_come_first(rates):
    for i, output in enumerate(sorted(rates.iterdir())):
        (folder,) = (output / "runs").iterdir()
        (folder / "hparams.json").write_text(json.dumps({"lr": 0.1 * i}))
    assert set(only(rates).parameters) == {"lr"}


def test_arguments_that_the_hparams_plugin_repeats_are_told_the_same(rates):
    for i, output in enumerate(sorted(rates.iterdir())):
        (folder,) = (output / "runs").iterdir()
        writer = EventFileWriter(str(folder / "1725184800.5"))
        given = {k: v for k, v in ARGUMENTS.items() if isinstance(v, (int, float, str))}
        given["learning_rate"] = (1e-5, 3e-5, 1e-4)[i]
        summary = summary_v2.hparams_pb(given, trial_id=str(i))
        writer.add_event(event_pb2.Event(wall_time=100.0, summary=summary))
        writer.close()
    study = only(rates)
    assert study.parameters["learning_rate"] == [1e-5, 3e-5, 1e-4]
    assert study.parameters["num_train_epochs"] == [3, 3, 3]
    assert "max_steps" not in study.parameters
    assert "ray_scope" not in study.parameters


def test_a_run_that_logged_nothing_keeps_its_arguments(rates):
    write_run(rates / "run3", losses=(), learning_rate=1.0)
    study = only(rates)
    assert study.parameters["learning_rate"][-1] == 1.0
    assert study.status[-1] == "failed"


@pytest.mark.parametrize("content", ["", "hello", "[1, 2]", "| key | value |", '{"lr": '])
def test_a_text_that_is_no_object_tells_no_arguments(content):
    assert arguments_in(content) == {}


def test_the_arguments_are_settings_beside_a_trainers_state_too(tmp_path):
    for i, rate in enumerate((1e-5, 3e-5, 1e-4)):
        write_run(tmp_path / f"exp{i}", learning_rate=rate)
        rows = [{"step": s, "epoch": s / 10, "loss": 1.0, "learning_rate": rate, "eval_loss": 1 / s}
                for s in (10, 20)]  # fmt: skip
        told = {"num_train_epochs": 3, "max_steps": 36, "train_batch_size": 16}
        state = {"log_history": rows, **told}
        (tmp_path / f"exp{i}" / "trainer_state.json").write_text(json.dumps(state))
        (tmp_path / f"exp{i}" / "config.json").write_text(json.dumps(MODEL))
    study = only(tmp_path)
    assert study.parameters["learning_rate"] == [1e-5, 3e-5, 1e-4]
    assert study.parameters["per_device_train_batch_size"] == [16] * 3
    assert not {"train_batch_size", "hidden_size"} & set(study.parameters)
