using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>
/// The recorder is there first; then vfio-pci and KVM are loaded, used, unloaded, loaded again and used again, KVM being unloaded
/// meanwhile; and so is iommufd, where there is one.
/// </summary>
public sealed class LateModuleTests
{
    private const string Script = """
        read -ra bdf <<<"$LAB_DEVICES"
        unload() {
            for device in "${bdf[@]}"; do echo "$device" >"/sys/bus/pci/devices/$device/driver/unbind"; done
            modprobe -r vfio_pci vfio_iommu_type1
            [[ ! -e /sys/module/kvm ]] || modprobe -r kvm_amd kvm
        }
        load() {
            modprobe kvm_amd
            modprobe vfio_pci
            modprobe vfio_iommu_type1 allow_unsafe_interrupts=Y
            if [[ -e /dev/iommu ]]; then echo Y >/sys/module/iommufd/parameters/allow_unsafe_interrupts; fi
            for device in "${bdf[@]}"; do
                echo vfio-pci >"/sys/bus/pci/devices/$device/driver_override"
                echo "$device" >/sys/bus/pci/drivers_probe
            done
        }
        functions=(kvm_put_kvm vfio_group_fops_unl_ioctl 'vfio_(device_fops|pci)_release') iommu=type1
        if [[ -e /dev/iommu ]]; then
            functions+=(vfio_df_ioctl_bind_iommufd iommufd_fops_release iopt_table_remove_domain) iommu=iommufd
        fi
        # Those of a module that went are called gone.
        watched() { grep -E " k +$1\+" /sys/kernel/debug/kprobes/list | grep -v GONE; }
        unload
        out/vfioscope record -o "$OUT/late.vfioscope" 2>"$OUT/record.err" &
        recorder=$!
        wait_for 60 grep -q waiting "$OUT/record.err"
        for round in 1 2; do
            load
            for function in "${functions[@]}"; do wait_for 60 watched "$function"; done
            out/vfioscope release --mode threads --iommu $iommu "${bdf[@]}" >/dev/null &
            release=$!
            if ((round == 2)); then
                sleep 1 # the opens and the releases take one each
                modprobe -r kvm_amd kvm
            fi
            wait $release
            unload
        done
        sleep 0.5
        kill $recorder
        wait $recorder
        out/vfioscope report "$OUT/late.vfioscope" --format json -o "$OUT/report.json"
        cp /sys/kernel/tracing/kprobe_events "$OUT/kprobe_events"
        """;

    public static TheoryData<string> Kernels => [.. LabScript.Kernels("newest", "5.10 6.12 iommufd")];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void No_release_is_missed_after_a_load_or_a_reload(string kernel)
    {
        LabGuest guest = LabGuest.Run(Script, devices: 2, kernel);
        JsonNode report = guest.Json("report.json");
        Assert.True(report["capture"]!["complete"]!.GetValue<bool>(), report["capture"]!["problems"]!.ToJsonString());
        Assert.Equal(4, report["releases"]!["count"]!.GetValue<int>());
        Assert.Equal(4, report["opens"]!.AsArray().Count);
        JsonNode release = report["capture"]!["probes"]!.AsArray().Single(p => p!["name"]!.GetValue<string>() == "release")!;
        Assert.False(release["attached"]!.GetValue<bool>());
        Assert.StartsWith("vfio", release["waits_for"]!.GetValue<string>(), StringComparison.Ordinal);
        // Nothing of ours is left behind in the kernel.
        Assert.Empty(guest.Text("kprobe_events"));
    }
}
