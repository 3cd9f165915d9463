namespace Profiler.Lab.Tests;

/// <summary>
/// Processes in cgroups as the kubelet makes them, in PID namespaces of their own, with the files that kubelet and containerd
/// keep: vfioscope outside names their pods.
/// </summary>
public sealed class PodTests
{
    private const string Worker = "0f5e2b2c-1111-4222-8333-444455556666", Store = "6a7b8c9d-2222-4333-8444-555566667777",
        Unknown = "12345678-3333-4444-8555-666677778888";

    private const string Script = $$$"""
        read -ra bdf <<<"$LAB_DEVICES"
        container=$(printf 'ab%.0s' {1..32})
        mkdir -p "/var/log/pods/training_worker-0_{{{Worker}}}"
        bundle=/run/containerd/io.containerd.runtime.v2.task/k8s.io/$container
        mkdir -p "$bundle"
        echo '{"annotations": {"io.kubernetes.cri.sandbox-namespace": "storage", "io.kubernetes.cri.sandbox-name": "target-7"}}' >"$bundle/config.json"

        # in_pod CGROUP COMMAND…: as a container's first process
        in_pod() {
            local cgroup=/sys/fs/cgroup/$1
            mkdir -p "$cgroup"
            # shellcheck disable=SC2016 # they are that bash's
            bash -c 'echo $$ >"$0/cgroup.procs"; exec unshare --pid --fork --mount-proc --cgroup "$@"' "$cgroup" "${@:2}"
        }
        pods() {
            in_pod "kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod$(tr - _ <<<{{{Worker}}}).slice/cri-containerd-$container.scope" \
                out/vfioscope release --mode exit "${bdf[0]}"
            in_pod "kubepods/besteffort/pod{{{Store}}}/$container" out/vfioscope release --mode exit "${bdf[1]}"
            in_pod "kubepods/pod{{{Unknown}}}" out/vfioscope release --mode exit "${bdf[2]}"
        }
        if [[ ${1:-} == pods ]]; then pods >/dev/null; exit; fi

        serves() { curl --silent --fail http://127.0.0.1:9877/metrics -o "$OUT/metrics"; }
        out/vfioscope serve 2>"$OUT/serve.log" &
        serve=$!
        wait_for 60 serves
        out/vfioscope record -o "$OUT/pods.vfioscope" -- bash -euo pipefail "$OUT/script" pods
        out/vfioscope report "$OUT/pods.vfioscope" --format json -o "$OUT/report.json"
        explain() { cat "$OUT/serve.log"; grep '^vfio_vm_info{' "$OUT/metrics"; }
        seen() { serves && [[ $(grep -c '^vfio_vm_info{' "$OUT/metrics") -ge 3 ]]; }
        wait_for 20 seen
        kill "$serve"
        wait "$serve"
        """;

    private static readonly GuestPerKernel Guest = new(kernel => LabGuest.Run(Script, devices: 3, kernel));

    public static TheoryData<string> Kernels => [.. LabScript.Kernels("newest", "5.10 6.12")];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Shutdowns_have_the_names_of_pods(string kernel) => Assert.Equal(
        ["training/worker-0", "storage/target-7", $"pod {Unknown}"],
        Guest[kernel].Json("report.json")["shutdowns"]!.AsArray().Select(s => s!["vm"]!.GetValue<string>()));

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Metrics_say_which_pods_they_are(string kernel)
    {
        string[] info = [.. Guest[kernel].Text("metrics").Split('\n').Where(l => l.StartsWith("vfio_vm_info{", StringComparison.Ordinal))];
        Assert.Contains(info, l => l.Contains("namespace=\"training\"") && l.Contains("pod=\"worker-0\"") && l.Contains("vm=\"training/worker-0\""));
        Assert.Contains(info, l => l.Contains("namespace=\"storage\"") && l.Contains("pod=\"target-7\""));
    }
}
